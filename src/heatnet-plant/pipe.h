/* pipe.h - one pipe in one direction: plug flow with loss to the ground and friction.
 *
 * Water leaves in the order in which it came, after exactly (mass in the pipe / mass
 * flow). The pipe is a ring of cells of equal mass.  The first holds `fill` of a cell of
 * young water, the last what of it is not yet out; the mass is always the same:
 *
 *     in -> [fill    ][ full ][ full ] ... [ full ][1 - fill] -> out
 *
 * Heat loss is taken when water leaves, from its age: T = ground + (T0 - ground)
 * exp(-age/tau) with tau = m c / (U L), the exact solution for a plug (EN 13941 calls U L
 * the heat loss coefficient).  Friction is Darcy and Weisbach, fully rough: dp = r m |m|.
 */
#ifndef HEATNET_PLANT_PIPE_H
#define HEATNET_PLANT_PIPE_H

enum { PIPE_CELLS_N = 24 };

struct pipe_cell {
    double degc;    /* when it entered */
    double entry_s; /* mean time of entry, in the plant's running seconds */
};

struct plug_pipe {
    double cell_kg;
    double tau_s;
    double friction; /* Pa / (kg/s)^2 */
    double fill;     /* 0 <= fill < 1, share of the first cell that is full */
    unsigned first;  /* its place in the ring; the last cell is the one before it */
    struct pipe_cell cells[PIPE_CELLS_N + 1];
    double out_degc; /* of the water that left last */
    double loss_j;   /* heat that the water which left had lost, since birth */
};

/* Filled with water of `degc` that entered just now. */
void pipe_fill(struct plug_pipe *pipe, double length_m, double diameter_m, double degc,
               double now_s);

struct pipe_inflow {
    double kg;   /* >= 0, during this step */
    double degc; /* temperature of it */
    double ground_degc;
    double now_s;
};

/* Push the inflow in; the same mass leaves at `out_degc`.  Nothing in: nothing changes.
 */
void pipe_step(struct plug_pipe *pipe, struct pipe_inflow in);

struct pipe_heat {
    double stored_j; /* of the water inside, as cool as it is by now, against 0 degC */
    double lost_j; /* to the ground since birth, by water that left and that is inside */
};

struct pipe_heat pipe_heat(const struct plug_pipe *pipe, double ground_degc,
                           double now_s);
double pipe_friction_pa(const struct plug_pipe *pipe, double flow_kg_s);

#endif
