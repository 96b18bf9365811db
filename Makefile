# The only way in: make help
.DEFAULT_GOAL := all
SAN     ?=
BUILD   ?= build$(if $(SAN),-san)
PREFIX  ?= /usr/local
CC      ?= cc
VERSION := 0.1.0
SCALE   ?= mini

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
SANFLAG := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g)
STD     := -std=c11 -D_GNU_SOURCE $(WARN) -MMD -MP -g -fPIC $(SANFLAG)
# No fast-math: these two change no value, only errno and floating-point traps, which nothing reads.
CFLAGS  ?= -O2
KERNEL  := -O3 -march=native -fno-math-errno -fno-trapping-math -fopenmp -ffp-contract=fast
HOSTLIB := -ldl -lm -lz -lpng -ljpeg -lcjson -linih -lpthread

COMMON  := $(wildcard core/base/*.c core/graph/*.c core/run/*.c core/device/device*.c)
LIBSRC  := $(filter-out core/run/main.c,$(COMMON))
CPUSRC  := $(wildcard core/ops/*.c core/device/cpu*.c)
TESTSRC := $(wildcard tests/test_*.c)
obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
MODNAMES := $(sort $(basename $(notdir $(wildcard modules/*.c))) $(notdir $(patsubst %/,%,$(wildcard modules/*/))))
MODLIBS := $(MODNAMES:%=$(BUILD)/modules/%.so)
TESTS   := $(TESTSRC:tests/%.c=$(BUILD)/tests/%)

all: $(BUILD)/ablate $(BUILD)/ablate-cpu.so $(MODLIBS) ## build everything
.PHONY: all

$(BUILD)/obj/core/ops/%.o $(BUILD)/obj/core/device/cpu%.o: EXTRA = $(KERNEL)
$(BUILD)/obj/core/run/metrics%.o: EXTRA = -O3 -march=native -fopenmp
$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(CFLAGS) $(EXTRA) -DABLATE_VERSION='"$(VERSION)"' -c $< -o $@

$(BUILD)/libablate.a: $(call obj,$(LIBSRC))
	@rm -f $@
	ar rcs $@ $^
$(BUILD)/ablate: $(call obj,core/run/main.c) $(BUILD)/libablate.a
	$(CC) $(SANFLAG) -fopenmp -rdynamic $^ $(HOSTLIB) -o $@
$(BUILD)/ablate-cpu.so: $(call obj,$(CPUSRC))
	$(CC) -shared $(SANFLAG) -fopenmp $^ -lm -ldl -o $@

.SECONDEXPANSION:
$(BUILD)/modules/%.so: $$(wildcard modules/$$*.c modules/$$*/*.c modules/$$*/*.h) core/module.h core/op.h
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(STD)) -O2 -fopenmp -fvisibility=hidden -shared -Icore $(filter %.c,$^) -lm -o $@

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libablate.a
	@mkdir -p $(@D)
	$(CC) $(SANFLAG) -fopenmp -rdynamic $^ $(HOSTLIB) -lcmocka -o $@

test: all $(TESTS) ## run every test
	@scripts/run-tests $(BUILD) $(TESTS)
clean: ## remove what was built
	rm -rf build build-san
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14
.PHONY: test clean help
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
