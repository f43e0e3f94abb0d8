/* What differs between processors: where a system call's number, arguments and result are. */
#pragma once
#if !defined(__linux__) || !defined(__x86_64__)
#error "this tracer knows Linux on x86-64 alone"
#endif
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/user.h>

/* A system call that a traced process is about to make, or has just made. */
typedef struct {
  long number;
  unsigned long arg[6];
  struct user_regs_struct registers;
} Call;

static inline int read_call(pid_t thread, Call *call) {
  struct user_regs_struct *r = &call->registers;
  if (ptrace(PTRACE_GETREGS, thread, 0, r)) return -1;
  call->number = (long)r->orig_rax;
  call->arg[0] = r->rdi, call->arg[1] = r->rsi, call->arg[2] = r->rdx;
  call->arg[3] = r->r10, call->arg[4] = r->r8, call->arg[5] = r->r9;
  return 0;
}

/* Instead of the call, at its beginning. */
static inline void refuse_call(pid_t thread, Call *call, int error) {
  call->registers.orig_rax = (unsigned long)-1;
  call->registers.rax = (unsigned long)-error;
  ptrace(PTRACE_SETREGS, thread, 0, &call->registers);
}

/* What a call tells at its end, although it was done. */
static inline void replace_result(pid_t thread, Call *call, int error) {
  call->registers.rax = (unsigned long)-error;
  ptrace(PTRACE_SETREGS, thread, 0, &call->registers);
}

static inline void shorten_write(pid_t thread, Call *call) {
  call->registers.rdx /= 2;
  ptrace(PTRACE_SETREGS, thread, 0, &call->registers);
}
