/* calls.c - what may not be called.  TODO later, perhaps; expect: todo */
#include <string.h>

void calls(char *to, const char *from)
{
    strcpy(to, from);                /* expect: banned */
    strcat(to, from);                /* expect: banned */
    sprintf(to, "%s", from);         /* expect: banned */
    (void)strncpy(to, from, 3);      /* expect: banned */
    int n = atoi(from);              /* expect: banned */
    if (n) n = rand();               /* expect: banned */
    n = sscanf(from, "%d", &n);      /* expect: banned */
    void *block = malloc(3);         /* expect: memory */
    block = realloc(block, 4);       /* expect: memory */
    free(block);                     /* expect: memory */
    char *twice = strdup(from);      /* expect: memory */
    long now = time(NULL);           /* expect: clock */
    clock_gettime(0, NULL);          /* expect: clock */
    usleep(10);                      /* expect: clock */
    pthread_mutex_lock(NULL);        /* expect: threads */
    atomic_load(&now);               /* expect: threads */
    static _Atomic int counter;      /* expect: threads expect: global */
    if (twice) goto out;             /* expect: goto */
    return system("true"), (void)0;  /* expect: banned */
out:
    return;
}

/* FIXME: expect: todo */
/* TODO #12: this one has an issue. */
