#define _GNU_SOURCE
#include "calls.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *roots[4];
static int root_count;

void add_root(const char *folder) {
  if (root_count < 4) roots[root_count++] = folder;
}

/* What is below a root, and which root that is. */
static const char *below_root(const char *path, int *which) {
  for (int i = 0; i < root_count; i++) {
    size_t length = strlen(roots[i]);
    if (strncmp(path, roots[i], length) || (path[length] && path[length] != '/')) continue;
    *which = i;
    return path[length] ? path + length + 1 : ".";
  }
  return NULL;
}

static void read_string(pid_t thread, unsigned long address, char *to, size_t size) {
  size_t got = 0;
  to[0] = 0;
  while (address && got < size - 1) {
    size_t step = 256 - (address + got) % 256;
    if (step > size - 1 - got) step = size - 1 - got;
    struct iovec here = {to + got, step}, there = {(void *)(address + got), step};
    ssize_t length = process_vm_readv(thread, &here, 1, &there, 1, 0);
    if (length <= 0) break;
    if (memchr(to + got, 0, (size_t)length)) return;
    got += (size_t)length;
  }
  to[got] = 0;
}

static void read_link_of(pid_t thread, const char *what, int number, char *to, size_t size) {
  char link[64];
  if (number < 0) snprintf(link, sizeof link, "/proc/%d/%s", thread, what);
  else snprintf(link, sizeof link, "/proc/%d/%s/%d", thread, what, number);
  ssize_t length = readlink(link, to, size - 1);
  to[length > 0 ? length : 0] = 0;
}

static void open_file(const Process *process, unsigned long number, Change *change) {
  read_link_of(process->thread, "fd", (int)number, change->path, sizeof change->path);
}

/* Takes `.`, `..` and `//` out of an absolute path. */
static void straighten(char *path) {
  char out[4096], *rest = NULL;
  size_t at = 0;
  for (char *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
    if (!strcmp(part, ".")) continue;
    if (!strcmp(part, "..")) {
      while (at > 0 && out[--at] != '/');
      continue;
    }
    at += (size_t)snprintf(out + at, sizeof out - at, "/%s", part);
    if (at >= sizeof out) at = sizeof out - 1;
  }
  out[at] = 0;
  strcpy(path, at ? out : "/");
}

static void named_file(const Process *process, unsigned long folder, unsigned long address, Change *change) {
  char name[4096], base[4000];
  read_string(process->thread, address, name, sizeof name);
  if (name[0] == '/') strcpy(change->path, name);
  else {
    if ((int)folder == AT_FDCWD) read_link_of(process->thread, "cwd", -1, base, sizeof base);
    else read_link_of(process->thread, "fd", (int)folder, base, sizeof base);
    snprintf(change->path, sizeof change->path, "%s/%s", base, name);
  }
  straighten(change->path);
}

static int is_for_writing(pid_t thread, int number) {
  char path[64], line[64];
  unsigned flags = O_RDONLY;
  snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", thread, number);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "flags: %o", &flags) == 1) break;
  fclose(file);
  return (flags & O_ACCMODE) != O_RDONLY;
}

static const char *name_open(const Process *process, const Call *call, Change *change) {
  int at = call->number == SYS_openat;
  unsigned long flags = call->number == SYS_creat ? O_CREAT | O_WRONLY | O_TRUNC : call->arg[at ? 2 : 1];
  if (!(flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR))) return NULL;
  named_file(process, at ? call->arg[0] : (unsigned long)AT_FDCWD, call->arg[at ? 1 : 0], change);
  change->needs_room = (flags & O_CREAT) && access(change->path, F_OK) != 0;
  if (flags & O_CREAT) return flags & O_TRUNC ? "create+empty" : "create";
  return flags & O_TRUNC ? "empty" : "open";
}

static int makes_thread(const Process *process, const Call *call) {
  unsigned long long flags = call->arg[0];
  if (call->number == SYS_clone3) {
    struct iovec here = {&flags, 8}, there = {(void *)call->arg[0], 8};
    process_vm_readv(process->thread, &here, 1, &there, 1, 0);
  }
  return (flags & CLONE_THREAD) != 0;
}

/* A call that takes the path of what it changes as two of its arguments, or as one. */
#define AT(folder, name) named_file(process, call->arg[folder], call->arg[name], change)
#define HERE(name) named_file(process, (unsigned long)AT_FDCWD, call->arg[name], change)
#define OPEN(number) open_file(process, call->arg[number], change)

static const char *name_call(const Process *process, const Call *call, Change *change) {
  int root;
  switch (call->number) {
    case SYS_open: case SYS_creat: case SYS_openat: return name_open(process, call, change);
    case SYS_write: case SYS_pwrite64: case SYS_writev: case SYS_pwritev:
      OPEN(0), change->needs_room = 1;
      return "write";
    case SYS_close:
      OPEN(0);
      return below_root(change->path, &root) && is_for_writing(process->thread, (int)call->arg[0]) ? "close" : NULL;
    case SYS_rename: HERE(1); return "rename";
    case SYS_renameat: case SYS_renameat2: AT(2, 3); return "rename";
    case SYS_link: HERE(1), change->needs_room = 1; return "link";
    case SYS_linkat: AT(2, 3), change->needs_room = 1; return "link";
    case SYS_symlink: HERE(1), change->needs_room = 1; return "symlink";
    case SYS_symlinkat: AT(1, 2), change->needs_room = 1; return "symlink";
    case SYS_unlink: HERE(0); return "unlink";
    case SYS_rmdir: HERE(0); return "rmdir";
    case SYS_unlinkat: AT(0, 1); return call->arg[2] & AT_REMOVEDIR ? "rmdir" : "unlink";
    case SYS_mkdir: HERE(0), change->needs_room = 1; return "mkdir";
    case SYS_mkdirat: AT(0, 1), change->needs_room = 1; return "mkdir";
    case SYS_truncate: HERE(0); return "truncate";
    case SYS_ftruncate: OPEN(0); return "truncate";
    case SYS_chmod: HERE(0); return "chmod";
    case SYS_fchmod: OPEN(0); return "chmod";
    case SYS_fchmodat: AT(0, 1); return "chmod";
    case SYS_utimensat:
      if (call->arg[1]) AT(0, 1);
      else OPEN(0);
      return "utimens";
    case SYS_fsync: case SYS_fdatasync: OPEN(0); return "fsync";
    case SYS_copy_file_range: OPEN(2), change->needs_room = 1; return "copy";
    case SYS_sendfile: OPEN(0), change->needs_room = 1; return "copy";
  }
  return NULL;
}

void describe_change(const Process *process, const Call *call, Change *change) {
  int root;
  memset(change, 0, sizeof *change);
  switch (call->number) {
    case SYS_execve:
      read_string(process->thread, call->arg[0], change->path, sizeof change->path);
      if (access(change->path, X_OK) == 0) change->name = "exec";
      return;
    case SYS_fork: case SYS_vfork: change->name = "fork"; return;
    case SYS_clone: case SYS_clone3:
      if (!makes_thread(process, call)) change->name = "fork";
      return;
  }
  change->name = name_call(process, call, change);
  change->is_file = 1;
  if (!change->name) return;
  if (!strcmp(change->name, "write") && !strncmp(change->path, "pipe:", 5)) {
    change->is_file = change->needs_room = 0;
    change->name = strncmp(process->role, "cli", 3) ? "send" : NULL;
  } else if (!below_root(change->path, &root)) change->name = NULL;
}

void fold_path(const char *path, char *to, size_t size) {
  int root = 0;
  const char *rest = below_root(path, &root);
  if (!rest) rest = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  size_t at = (size_t)snprintf(to, size, "%s", root > 0 ? "there/" : "");
  while (*rest && at < size - 2) {
    size_t hex = strspn(rest, "0123456789abcdef"), digits = strspn(rest, "0123456789");
    if (at >= 11 && !strncmp(to + at - 11, "bundle/lib/", 11)) { /* one is like another */
      to[at++] = 'F';
      rest += strcspn(rest, "/");
    } else if (!strncmp(rest, "discarded.", 10)) { /* a name by mktemp */
      at += (size_t)snprintf(to + at, size - at, "discarded.H");
      rest += 10 + strcspn(rest + 10, "/");
    } else if (hex >= 12 || digits) {
      to[at++] = hex >= 12 ? 'H' : 'N';
      rest += hex >= 12 ? hex : digits;
    } else {
      to[at++] = strchr("| \t\n", *rest) ? '_' : *rest;
      rest++;
    }
  }
  to[at] = 0;
}

static const int CHANGING[] = {
  SYS_creat, SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_close, SYS_rename, SYS_renameat,
  SYS_renameat2, SYS_link, SYS_linkat, SYS_symlink, SYS_symlinkat, SYS_unlink, SYS_unlinkat, SYS_rmdir, SYS_mkdir,
  SYS_mkdirat, SYS_truncate, SYS_ftruncate, SYS_chmod, SYS_fchmod, SYS_fchmodat, SYS_utimensat, SYS_fsync, SYS_fdatasync,
  SYS_copy_file_range, SYS_sendfile, SYS_execve, SYS_fork, SYS_vfork, SYS_clone, SYS_clone3,
};

#define STATEMENT(code, value) (struct sock_filter)BPF_STMT(code, value)
#define JUMP(code, value, if_so, if_not) (struct sock_filter)BPF_JUMP(code, value, (unsigned char)(if_so), (unsigned char)(if_not))

void stop_at_changes(void) {
  enum { COUNT = sizeof CHANGING / sizeof *CHANGING, LAST = COUNT + 7 };
  struct sock_filter filter[LAST + 2];
  int at = 0;
  filter[at++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  /* Most files are opened for reading: then there is no stop, which costs more than the call. */
  filter[at++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 2);
  filter[at++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]));
  filter[at++] = JUMP(BPF_JMP | BPF_JA, 2, 0, 0);
  filter[at++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 0, 2);
  filter[at++] = STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]));
  filter[at] = JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | O_TRUNC | O_WRONLY | O_RDWR, LAST - at, LAST - at - 1);
  at++;
  for (int i = 0; i < COUNT; i++, at++)
    filter[at] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)CHANGING[i], LAST - at, 0);
  filter[at++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  filter[at++] = STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog program = {(unsigned short)at, filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) return;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) _exit(98);
}
