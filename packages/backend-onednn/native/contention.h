// How threads wait for each other: spinning where the machine has processors to spare, asleep where others want them.
#pragma once

namespace googlenet {

// Looks, once in a quarter of a second of work, how long this thread and the others of its team have waited for a
// processor, and lets them spin or sleep accordingly. The first thread that calls is the one that is watched.
void watchContention(int threads);

// Whether the threads spin for as long as OpenMP has them spin.
bool isSpinning();

}  // namespace googlenet
