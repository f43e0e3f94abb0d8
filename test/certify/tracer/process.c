#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Process *all;
static int length, room;

Process *find_process(pid_t thread) {
  for (int i = 0; i < length; i++)
    if (all[i].thread == thread) return &all[i];
  return NULL;
}

Process *add_process(pid_t thread) {
  Process *found = find_process(thread);
  if (found) return found;
  if (length == room) all = realloc(all, sizeof *all * (size_t)(room = room ? room * 2 : 256));
  found = &all[length++];
  memset(found, 0, sizeof *found);
  found->thread = found->process = thread;
  strcpy(found->role, "?");
  return found;
}

void drop_process(pid_t thread) {
  Process *found = find_process(thread);
  if (found) *found = all[--length];
}

int count_processes(void) { return length; }
Process *process_at(int index) { return &all[index]; }

/* A number that the system knows of a thread, by the format of its line. */
static pid_t read_status(pid_t thread, const char *format, pid_t otherwise) {
  char path[64], line[128];
  pid_t number = otherwise;
  snprintf(path, sizeof path, "/proc/%d/status", thread);
  FILE *file = fopen(path, "r");
  if (!file) return otherwise;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, format, &number) == 1) break;
  fclose(file);
  return number;
}

static pid_t process_of(pid_t thread) { return read_status(thread, "Tgid: %d", thread); }

pid_t parent_of(pid_t thread) {
  pid_t process = process_of(thread);
  return process == thread ? read_status(thread, "PPid: %d", 0) : process;
}

static int ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && !strcmp(text + a - b, end);
}

Process *add_child(Process *parent, pid_t thread) {
  Process was = *parent; /* adding may move it */
  Process *child = add_process(thread);
  child->process = process_of(thread);
  child->is_job = was.is_job;
  child->at_every_call = was.at_every_call;
  child->is_known = 1;
  if (child->process == was.process || was.is_job || ends_with(was.role, "/sub")) strcpy(child->role, was.role);
  else snprintf(child->role, sizeof child->role, "%.55s/sub", was.role);
  return child;
}

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

void name_role(Process *process) {
  char path[64], text[8192];
  snprintf(path, sizeof path, "/proc/%d/cmdline", process->thread);
  int file = open(path, O_RDONLY);
  ssize_t size = file < 0 ? 0 : read(file, text, sizeof text - 2);
  if (file >= 0) close(file);
  if (size <= 0 || process->is_job) return;
  text[size] = text[size + 1] = 0;
  const char *words[16] = {0};
  int count = 0, script = 1;
  for (char *word = text; word < text + size && count < 16; word += strlen(word) + 1) words[count++] = word;
  while (script < count && words[script][0] == '-') script++;
  const char *program = last_part(words[0]), *what = script < count ? words[script] : "";

  if (!strcmp(program, "bash") && ends_with(what, "/manager.sh")) {
    const char *role = "manager";
    for (int i = script + 1; i < count; i++) {
      if (!strcmp(words[i], "--slot")) role = "slot";
      else if (!strcmp(words[i], "--stop") || !strcmp(words[i], "--is-running")) role = "script";
    }
    strcpy(process->role, role);
    return;
  }
  if (!strcmp(program, "node") && ends_with(what, "bin.js")) {
    strcpy(process->role, "cli");
    return;
  }
  char base[32];
  snprintf(base, sizeof base, "%.*s", (int)strcspn(process->role, "/>"), process->role);
  int is_shell = !strcmp(program, "bash") || !strcmp(program, "sh");
  if (!strcmp(base, "daemon") && (ends_with(what, "--behind-filter") || !strcmp(program, "tracer"))) {
    if (!is_shell) process->at_every_call = 0;
    return;
  }
  if (!strcmp(base, "daemon")) {
    if (ends_with(what, "slurm_script")) strcpy(process->role, "pilot");
    else strcpy(process->role, is_shell ? "remote" : "daemon");
  } else if (is_shell && (!strcmp(base, "cli") || !strcmp(base, "script"))) strcpy(process->role, "script");
  else if (is_shell && !strcmp(base, "remote")) strcpy(process->role, "remote");
  else snprintf(process->role, sizeof process->role, "%s>%.20s", base, program);
}

const char *role_of_call(Process *process, const char *call, const char *path) {
  if (process->is_job) return NULL;
  if (strcmp(process->role, "slot/sub")) return process->role;
  int is_log = ends_with(path, ".out") || ends_with(path, ".err");
  if (is_log && !strncmp(call, "create", 6) && process->logs_opened < 2) {
    process->logs_opened++;
    return "slot/joblog";
  }
  if (process->logs_opened == 0) return process->role;
  process->is_job = 1;
  strcpy(process->role, "job");
  return NULL;
}
