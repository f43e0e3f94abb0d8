/* The processes that are traced, and the part that each of them plays. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

typedef struct {
  pid_t thread, process;
  char role[64];
  int is_job;      /* a job does as it likes: only where the disk is full does it matter */
  int logs_opened; /* of a job's two; until then its subshell is the slot's */
  int is_begun;    /* its first stop is over */
  int is_known;    /* its parent's word of it has come */
  int is_held;     /* it was there before that word */
  int at_every_call; /* stops at each call: it began before the tracer, and has no filter */
  int is_inside;   /* between such a call's beginning and end */
  int spoils_end;  /* the call under way is done, and says that it failed */
} Process;

Process *find_process(pid_t thread);
Process *add_process(pid_t thread);
void drop_process(pid_t thread);
int count_processes(void);
Process *process_at(int index);

/* The process that has a thread, or that has started a process; 0 if that one is gone. */
pid_t parent_of(pid_t thread);

/* A parent's word that it has a child. Its role is `<parent's>/sub` until it executes something. */
Process *add_child(Process *parent, pid_t thread);
/* The role of what has just executed a program. */
void name_role(Process *process);
/* Follows how a slot's subshell becomes a job; gives the role of this very call, or NULL if it is a job's own. */
const char *role_of_call(Process *process, const char *call, const char *path);
