#define KERNEL_NAMESPACE kernels_avx2
#define KERNEL_NAME "avx2"
#include "kernels_table.h"
