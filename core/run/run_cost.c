#include "run_cost.h"
#include "../base/diag.h"
#include "../base/machine.h"
#include "../base/progress.h"
#include "../model/predictor.h"
#include <math.h>
#include <stdlib.h>

/* Batches that are timed, after one that is not; no more once they took so many seconds. */
enum { TIMED_BATCHES = 8 };
static const double TIMED_SECONDS = 0.5;

/* Seconds of the fastest batch: whatever else the machine does only makes one slower. -1: complained. */
static double time_batches(predictor *p, const model *m, float *maps)
{
    double least = INFINITY, all = 0;
    for (int i = 0; i <= TIMED_BATCHES && all < TIMED_SECONDS; i++) {
        double began = seconds_since_start();
        if (predictor_run(p) < 0 || predictor_get(p, m->map, maps) < 0)
            return -1;
        double took = seconds_since_start() - began;
        least = i > 0 && took < least ? took : least;
        all += i > 0 ? took : 0;
    }
    return least;
}

/* Pixels need not be a picture's: how long a batch takes does not depend on them. */
static int time_scoring(session *on, const model *m, float *trained, run_cost *cost)
{
    ablate_value *wanted[2] = { m->map, m->image_score };
    predictor *p = predictor_new(&(predictor_request){ on, m, trained, wanted, m->image_score ? 2 : 1, NULL, 0, NULL });
    float *maps = take((size_t)shape_size(&m->map->shape), sizeof *maps, "a batch of maps");
    int status = p && maps ? 0 : -1;
    if (status == 0 && predictor_check_files(p, "") < 0) {
        complaint_clear(); /* it reads more than pixels, of which there are none here */
    } else if (status == 0) {
        double seconds = time_batches(p, m, maps);
        program_cost planned = predictor_cost(p);
        status = seconds < 0 ? -1 : 0;
        cost->scoring = m->run->batch / seconds;
        cost->memory = fmax(cost->memory, (double)(planned.arena + planned.constants + planned.parameters));
    }
    free(maps);
    predictor_free(p);
    return status;
}

static double round_to(double value, double step)
{
    return isfinite(value) ? round(value / step) * step : value;
}

/* All steps at the speed of those that were done now; of none now, what the sittings before took in all. What is
 * collected is known once something was scored from pixels; NaN: a sitting before collected it. */
static double training_seconds(const model *m, const train_result *trained)
{
    double steps = trained->seconds_a_step > 0 ? trained->seconds_a_step * (double)trained->steps : trained->earlier;
    double all = steps + m->collected.seconds;
    return m->collected.count > 0 && all == 0 ? NAN : all;
}

int run_cost_take(session *on, const model *m, const train_result *trained, run_record *record)
{
    char machine[MACHINE_NAME];
    run_cost *cost = &record->cost;
    *cost = RUN_COST_UNKNOWN;
    record->seconds = round_to(trained->earlier + seconds_since_start() - record->seconds, 1e-3);
    record->peak_memory = phases_peak(&on->phases);
    if (record->peak_memory < trained->earlier_peak)
        record->peak_memory = trained->earlier_peak;
    cost->machine = run_record_text(record, "%s", machine_name(machine));
    cost->parameters = (double)m->parameters->numbers;
    cost->memory = (double)trained->bytes;
    phase before = phases_enter(&on->phases, PHASE_SCORING);
    int status = m->map ? time_scoring(on, m, trained->optimiser.state, cost) : 0;
    phases_enter(&on->phases, before);
    cost->training = round_to(training_seconds(m, trained), 1e-3);
    cost->scoring = round_to(cost->scoring, 1e-3);
    return cost->machine ? status : -1;
}
