#define KERNEL_NAMESPACE kernels_base
#define KERNEL_NAME "base"
#include "kernels_table.h"
