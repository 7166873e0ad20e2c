/* libelf as the system has it (libelf-dev, zlib1g-dev). */
#include <libelf.h>
