/* Which system calls change something, what they are called here, and which file they are about. */
#pragma once
#include "machine.h"
#include "process.h"

typedef struct {
  const char *name;  /* NULL: of no interest */
  char path[8192];   /* of a file: its absolute path; of a program: its name */
  int is_file;
  int needs_room;
} Change;

/* Folders whose files matter. The first one is the definition's; paths below the others begin with `there/`. */
void add_root(const char *folder);
void describe_change(const Process *process, const Call *call, Change *change);
/* The path as it stands in a point: below its root, with digits folded to N and hashes to H. */
void fold_path(const char *path, char *to, size_t size);
/* Has the kernel stop at these calls alone, from now on and in all children. */
void stop_at_changes(void);
