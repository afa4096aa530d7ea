/* pipe_test.c - water comes out after volume / flow, cooled by the exact law, and none of
 * its mass or heat is lost on the way. */
#include "heatnet-plant/physics.h"
#include "heatnet-plant/pipe.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>

#define MASS_KG (WATER_KG_M3 * 3.14159265358979323846 / 4 * 0.2 * 0.2 * 400)

static double step(struct plug_pipe *pipe, double kg, double degc, double now_s)
{
    pipe_step(pipe, (struct pipe_inflow){kg, degc, 5, now_s});
    return pipe->out_degc;
}

/* Seconds until a front of hot water is half out. */
static int front_s(double flow_kg_s)
{
    struct plug_pipe pipe;
    pipe_fill(&pipe, 400, 0.2, 40, 0);
    for (int i = 1; i < 100000; i++)
        if (step(&pipe, flow_kg_s, 80, i) > 60) return i;
    return 0;
}

static void delay_is_volume_by_flow(void **state)
{
    (void)state;
    static const double flows[] = {2, 7.5, 20, 44.4};
    for (size_t i = 0; i < COUNT(flows); i++) {
        double want_s = MASS_KG / flows[i];
        int got_s = front_s(flows[i]);
        print_message("%g kg/s: %d s, want %.0f s\n", flows[i], got_s, want_s);
        assert_true(fabs(got_s - want_s) < 0.025 * want_s + 2);
    }
}

static void delay_under_changing_flow(void **state)
{
    (void)state;
    struct plug_pipe pipe;
    double passed_kg = 0;
    int i = 0;

    pipe_fill(&pipe, 400, 0.2, 40, 0);
    do {
        double kg = 5 + 4 * sin(i / 50.0);
        passed_kg += kg;
        i++;
        step(&pipe, kg, 80, i);
    } while (pipe.out_degc < 60);
    assert_true(fabs(passed_kg - MASS_KG) < 0.025 * MASS_KG);
}

/* What goes in, less what comes out, is what is stored and what is lost. */
static void heat_balance(void **state)
{
    (void)state;
    struct plug_pipe pipe;
    double in_j = 0, out_j = 0;

    pipe_fill(&pipe, 400, 0.2, 40, 0);
    double before_j = pipe_heat(&pipe, 5, 0).stored_j;
    for (int i = 1; i <= 20000; i++) {
        double kg = 4 + 3 * sin(i / 90.0), degc = 70 + 20 * sin(i / 1000.0);
        in_j += kg * WATER_J_KGK * degc;
        out_j += kg * WATER_J_KGK * step(&pipe, kg, degc, i);
    }
    struct pipe_heat heat = pipe_heat(&pipe, 5, 20000);
    assert_true(heat.lost_j > 0);
    double missing_j = in_j - out_j - (heat.stored_j - before_j) - heat.lost_j;
    assert_true(fabs(missing_j) < 1e-9 * in_j);
}

static void loss_follows_the_law(void **state)
{
    (void)state;
    struct plug_pipe pipe;
    double flow = 2;

    pipe_fill(&pipe, 400, 0.2, 80, 0);
    for (int i = 1; i < 3 * (int)(MASS_KG / flow); i++) step(&pipe, flow, 80, i);
    double want = 5 + 75 * exp(-MASS_KG / flow / pipe.tau_s);
    assert_true(want < 79.5);
    assert_true(fabs(pipe.out_degc - want) < 0.03 * (80 - want) + 0.01);
}

static void stands_still(void **state)
{
    (void)state;
    struct plug_pipe pipe, before;
    pipe_fill(&pipe, 400, 0.2, 80, 0);
    before = pipe;
    step(&pipe, 0, 20, 1000);
    assert_memory_equal(&pipe, &before, sizeof pipe);
    /* More than the whole content in one step is borne. */
    assert_true(step(&pipe, 3 * MASS_KG, 20, 1001) < 80);
}

static void friction_is_square(void **state)
{
    (void)state;
    struct plug_pipe pipe;
    pipe_fill(&pipe, 400, 0.2, 80, 0);
    double one = pipe_friction_pa(&pipe, 10);
    assert_true(fabs(pipe_friction_pa(&pipe, 20) - 4 * one) < 1e-6 * one);
    assert_true(pipe_friction_pa(&pipe, -10) == -one);
    /* Darcy-Weisbach by hand: 0.021 * 400 * 1.3 / 0.2 * rho v^2 / 2, v = 0.3265 m/s */
    assert_true(fabs(one - 2837) < 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delay_is_volume_by_flow),
        cmocka_unit_test(delay_under_changing_flow),
        cmocka_unit_test(heat_balance),
        cmocka_unit_test(loss_follows_the_law),
        cmocka_unit_test(stands_still),
        cmocka_unit_test(friction_is_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
