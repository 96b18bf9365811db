#include "hostile_stage.h"

void hostile_open(hostile *h, bool training)
{
    complaint_clear();
    if (!device_load("cpu", 1)) /* brings the operations */
        fail_msg("%s", complaint());
    *h = (hostile){ .parameters = parameters_new(), .module = { .abi = ABLATE_ABI, .name = "hostile" } };
    h->module.reads = "image value? service?";
    h->module.writes = "value service score";
    h->graph = graph_new(h->parameters);
    h->builder = builder_new(h->graph, &h->host, training);
    assert_non_null(h->builder);
    assert_non_null(builder_input(h->builder, "image", &(ablate_shape){ 2, { 4, 3 } }));
}

void hostile_close(hostile *h)
{
    builder_free(h->builder);
    graph_free(h->graph);
    parameters_free(h->parameters);
    complaint_clear();
}
