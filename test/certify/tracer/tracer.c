/* One fault at one exact point of a run.
 *
 * Runs a command, and traces it with all that it starts, and what daemons start that run already. Each
 * process has a role, and each call that changes something a class, `ROLE|CALL|PATH`. At the Nth call of
 * one class processes are killed, or the call fails.
 *
 *   tracer --root FOLDER… --log FILE --status FILE [--daemon PID…] [--at CLASS --nth N --fault FAULT] -- COMMAND…
 *
 *   tracer --behind-filter      the command in SSH_ORIGINAL_COMMAND, for sshd_config's ForceCommand
 *
 * The log has a line for each call, or for the one that was hit. The status file says how the command has
 * ended, whatever of it still runs. A disk that has become full stays so until SIGUSR1, and who pauses
 * does so until SIGUSR2.
 *
 * Exit codes: 97 the command cannot be executed, 98 no seccomp, 99 wrong usage, 96 no ptrace.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

typedef enum { NOTHING, KILL, KILL_ALL, KILL_TOP, PAUSE, FAIL, FAIL_ON, HALF } Fault;

static Fault fault = NOTHING;
static int error_number;
static const char *wanted_class;
static long wanted_count = 1;
static int is_injected;
static volatile sig_atomic_t disk_is_bad;
static FILE *call_log;

/* Whoever pauses does so until SIGUSR2, but not for longer than that. */
enum { LONGEST_PAUSE = 30 };
static pid_t paused_thread;
static int paused_goes_on; /* a ptrace request */
static volatile sig_atomic_t pause_is_over;

typedef struct { char *name; long count; } Counter;

static long count_call(const char *name) {
  static Counter *counters;
  static int length, room;
  for (int i = 0; i < length; i++)
    if (!strcmp(counters[i].name, name)) return ++counters[i].count;
  if (length == room) counters = realloc(counters, sizeof *counters * (size_t)(room = room ? room * 2 : 256));
  counters[length].name = strdup(name);
  return counters[length++].count = 1;
}

static void mend_disk(int signal) {
  (void)signal;
  disk_is_bad = 0;
}

static void end_pause(int signal) {
  (void)signal;
  pause_is_over = 1;
}

static int is_top(const Process *process) {
  return !strncmp(process->role, "cli", 3) || !strcmp(process->role, "manager") || !strcmp(process->role, "pilot");
}

/* Kills; tells whether that one was among them. */
static int kill_some(const Process *me) {
  pid_t own = me->process;
  int is_among = 0;
  if (fault == KILL) return kill(own, SIGKILL), 1;
  for (int i = 0; i < count_processes(); i++) {
    const Process *process = process_at(i);
    int is_daemon = !strncmp(process->role, "daemon", 6);
    if (fault == KILL_ALL ? is_daemon : !is_top(process)) continue;
    is_among |= process->process == own;
    kill(process->process, SIGKILL);
  }
  return is_among;
}

/* To its next stop: what a daemon does itself is no point, and all that it starts is told of anyway. */
static int next_stop(const Process *process) {
  return process->at_every_call && strncmp(process->role, "daemon", 6) ? PTRACE_SYSCALL : PTRACE_CONT;
}

/* How a process goes on that is about to make a call: a ptrace request, or -1 if it was killed, or pauses. */
static int on_call(Process *process) {
  static Call call;
  static Change change;
  static char folded[4096], class[4400];
  int go_on = next_stop(process);
  if (read_call(process->thread, &call)) return go_on;
  describe_change(process, &call, &change);
  if (!change.name) return go_on;
  const char *role = role_of_call(process, change.name, change.path);
  if (disk_is_bad) {
    int fails = change.is_file && (error_number == EIO || change.needs_room) && strcmp(change.name, "close");
    if (fails && strncmp(process->role, "daemon", 6)) refuse_call(process->thread, &call, error_number);
    return go_on;
  }
  if (!role || !strncmp(role, "daemon", 6) || !strncmp(role, "root", 4) || *role == '?') return go_on;
  if (change.is_file || *change.path) fold_path(change.path, folded, sizeof folded);
  if (!strcmp(change.name, "fork") || !strcmp(change.name, "send")) strcpy(folded, "-");
  snprintf(class, sizeof class, "%s|%s|%s", role, change.name, folded);
  long count = count_call(class);
  int is_hit = wanted_class && !is_injected && count == wanted_count && !strcmp(class, wanted_class);
  if (!wanted_class || is_hit) fprintf(call_log, "%s\t%ld\t%s\n", class, count, is_hit ? "hit" : "-"), fflush(call_log);
  if (!is_hit) return go_on;
  is_injected = 1;
  if (fault == KILL || fault == KILL_ALL || fault == KILL_TOP) return kill_some(process) ? -1 : go_on;
  if (fault == PAUSE) {
    paused_thread = process->thread, paused_goes_on = go_on;
    alarm(LONGEST_PAUSE);
    return -1;
  }
  if (fault == HALF) {
    disk_is_bad = 1;
    if (!strcmp(change.name, "write") && call.arg[2] > 1) {
      shorten_write(process->thread, &call);
      return go_on;
    }
  }
  if (fault == FAIL_ON) disk_is_bad = 1;
  if (!strcmp(change.name, "close") || !strcmp(change.name, "fsync")) {
    process->spoils_end = 1; /* it is done all the same */
    return PTRACE_SYSCALL;
  }
  refuse_call(process->thread, &call, error_number);
  return go_on;
}

/* A stop at a call's beginning or end. */
static int on_call_stop(Process *process) {
  if (process->at_every_call && !process->is_inside) {
    process->is_inside = 1;
    return on_call(process);
  }
  process->is_inside = 0;
  if (process->spoils_end) {
    static Call call;
    process->spoils_end = 0;
    if (read_call(process->thread, &call) == 0) replace_result(process->thread, &call, error_number);
  }
  return next_stop(process);
}

static int number_of_error(const char *name) {
  static const struct { const char *name; int number; } KNOWN[] = {
    {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EIO", EIO}, {"EAGAIN", EAGAIN}, {"ENOMEM", ENOMEM},
  };
  for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
    if (!strcmp(name, KNOWN[i].name)) return KNOWN[i].number;
  fprintf(stderr, "tracer: what is the fault %s?\n", name);
  exit(99);
}

static void read_fault(const char *name) {
  if (!strcmp(name, "kill")) fault = KILL;
  else if (!strcmp(name, "kill-all")) fault = KILL_ALL;
  else if (!strcmp(name, "kill-top")) fault = KILL_TOP;
  else if (!strncmp(name, "pause", 5)) fault = PAUSE;
  else if (!strcmp(name, "half")) fault = HALF, error_number = ENOSPC;
  else if (!strncmp(name, "from-then:", 10)) fault = FAIL_ON, error_number = number_of_error(name + 10);
  else fault = FAIL, error_number = number_of_error(name);
}

static const long FOLLOW = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
  PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;

static void seize(pid_t process, long options) {
  if (ptrace(PTRACE_SEIZE, process, 0, options)) {
    perror("tracer: ptrace");
    exit(96);
  }
}

static void watch_daemon(pid_t process) {
  seize(process, FOLLOW);
  Process *daemon = add_process(process);
  strcpy(daemon->role, "daemon");
  daemon->is_begun = daemon->is_known = daemon->at_every_call = 1;
  ptrace(PTRACE_INTERRUPT, process, 0, 0);
}

static pid_t start(char **command) {
  int gate[2];
  char word;
  if (pipe(gate)) exit(99);
  pid_t process = fork();
  if (process == 0) {
    close(gate[1]);
    if (read(gate[0], &word, 1) != 1) _exit(97);
    close(gate[0]);
    stop_at_changes();
    execvp(command[0], command);
    _exit(97);
  }
  close(gate[0]);
  seize(process, FOLLOW | PTRACE_O_EXITKILL);
  Process *root = add_process(process);
  strcpy(root->role, "root");
  root->is_begun = root->is_known = 1;
  if (write(gate[1], "", 1) != 1) exit(99);
  close(gate[1]);
  return process;
}

/* What a daemon's sessions run: the command that it was asked for, behind the filter, if it is traced. */
static int run_behind_filter(void) {
  char line[128];
  int tracer = 0;
  FILE *status = fopen("/proc/self/status", "re");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "TracerPid: %d", &tracer) == 1) break;
  const char *command = getenv("SSH_ORIGINAL_COMMAND");
  if (!command) return 99;
  char *text = strdup(command);
  unsetenv("SSH_ORIGINAL_COMMAND");
  if (tracer) stop_at_changes();
  execlp("bash", "bash", "-c", text, (char *)NULL);
  return 97;
}

static void write_status(const char *path, int status) {
  FILE *file = fopen(path, "we");
  if (!file) return;
  if (WIFEXITED(status)) fprintf(file, "exit %d\n", WEXITSTATUS(status));
  else fprintf(file, "signal %d\n", WTERMSIG(status));
  fclose(file);
}

static int is_group_stop(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* How a stopped process goes on; -1: not yet, or never. */
static int on_stop(Process *process, int status, int *deliver) {
  int event = status >> 16, signal = WSTOPSIG(status);
  int go_on = next_stop(process);
  switch (event) {
    case PTRACE_EVENT_FORK: case PTRACE_EVENT_VFORK: case PTRACE_EVENT_CLONE: {
      unsigned long thread = 0;
      ptrace(PTRACE_GETEVENTMSG, process->thread, 0, &thread);
      Process *child = add_child(process, (pid_t)thread);
      if (child->is_held) {
        child->is_held = 0;
        ptrace(next_stop(child), child->thread, 0, 0);
      }
      return go_on;
    }
    case PTRACE_EVENT_EXEC:
      process->process = process->thread;
      name_role(process);
      process->is_inside = process->at_every_call; /* it is still to come back from that call */
      return next_stop(process);
    case PTRACE_EVENT_SECCOMP: return process->at_every_call ? go_on : on_call(process);
    case PTRACE_EVENT_STOP:
      if (process->is_begun && is_group_stop(signal)) return PTRACE_LISTEN;
      if (!process->is_begun && !process->is_known) {
        process->is_begun = process->is_held = 1;
        return -1;
      }
      process->is_begun = 1;
      return go_on;
  }
  if (signal == (SIGTRAP | 0x80)) return on_call_stop(process);
  *deliver = signal;
  return go_on;
}

/* A child waits until its parent has told of it. One whose parent was killed before that goes its way alone,
 * or dies with all. */
static void release_orphans(void) {
  for (int i = 0; i < count_processes(); i++) {
    Process *process = process_at(i);
    if (!process->is_held || find_process(parent_of(process->thread))) continue;
    process->is_held = 0;
    if (is_injected && fault == KILL_ALL) kill(process->thread, SIGKILL);
    else ptrace(next_stop(process), process->thread, 0, 0);
  }
}

static void trace(pid_t root, const char *status_file) {
  for (int status;;) {
    if (pause_is_over && paused_thread) {
      ptrace(paused_goes_on, paused_thread, 0, 0);
      paused_thread = 0;
    }
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread == root) write_status(status_file, status);
      drop_process(thread);
      release_orphans();
      continue;
    }
    if (!WIFSTOPPED(status)) continue;
    int deliver = 0, go_on = on_stop(add_process(thread), status, &deliver);
    if (go_on != -1) ptrace(go_on, thread, 0, deliver);
    else release_orphans();
  }
}

int main(int argc, char **argv) {
  const char *log = "/dev/null", *status = "/dev/null";
  int at = 1;
  if (argc == 2 && !strcmp(argv[1], "--behind-filter")) return run_behind_filter();
  for (; at + 1 < argc && strcmp(argv[at], "--"); at += 2) {
    const char *value = argv[at + 1];
    if (!strcmp(argv[at], "--root")) add_root(value);
    else if (!strcmp(argv[at], "--log")) log = value;
    else if (!strcmp(argv[at], "--status")) status = value;
    else if (!strcmp(argv[at], "--daemon")) watch_daemon(atoi(value));
    else if (!strcmp(argv[at], "--at")) wanted_class = value;
    else if (!strcmp(argv[at], "--nth")) wanted_count = atol(value);
    else if (!strcmp(argv[at], "--fault")) read_fault(value);
    else return 99;
  }
  if (at + 1 >= argc || !(call_log = fopen(log, "we"))) return 99;
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  signal(SIGUSR1, mend_disk);
  struct sigaction waking = {.sa_handler = end_pause}; /* it ends a wait */
  sigaction(SIGUSR2, &waking, NULL);
  sigaction(SIGALRM, &waking, NULL);
  trace(start(argv + at + 1), status);
  return 0;
}
