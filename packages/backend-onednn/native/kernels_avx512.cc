#define KERNEL_NAMESPACE kernels_avx512
#define KERNEL_NAME "avx512"
#include "kernels_table.h"
