#include "contention.h"

// libgomp reads how long threads spin once, when it is loaded, but has them all but stop where it manages more threads
// than there are processors. So this takes on more, which do nothing, as long as the processors are contended for.
#if defined(__linux__) && defined(__GNUC__) && !defined(__clang__)

#include <fcntl.h>
#include <omp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace googlenet {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kInterval{50};
constexpr milliseconds kFirstPause{1000};
constexpr milliseconds kLongestPause{16000};
constexpr int64_t kWindow = 250000000;  // nanoseconds that the first thread has run or waited in, looked at together
// Processors that the team was short of. On a quiet machine with two it is 0.1, in one window 0.3, for want of those
// that the garbage collector takes; beside one busy program 0.8.
constexpr double kContended = 0.5;

// Threads that do nothing, one more than the processors leave room for.
class Crowd {
 public:
  explicit Crowd(int threads) : thread_([this, threads] { stay(threads); }) {}
  ~Crowd() {
    {
      const std::lock_guard<std::mutex> guard(lock_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

 private:
  void stay(int threads) {
#pragma omp parallel num_threads(threads)
    { asm volatile("" ::: "memory"); }
    std::unique_lock<std::mutex> guard(lock_);
    changed_.wait(guard, [this] { return over_; });
  }

  std::mutex lock_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

// Nanoseconds that a thread spent on a processor and waiting for one.
struct Times {
  int64_t ran, waited;
};

// A thread as the kernel counts its times.
class Schedule {
 public:
  explicit Schedule(long thread)
      : file_(open(("/proc/self/task/" + std::to_string(thread) + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Schedule() {
    if (file_ >= 0) close(file_);
  }
  Schedule(Schedule&& other) noexcept : file_(other.file_), begin_(other.begin_) { other.file_ = -1; }
  Schedule& operator=(Schedule&&) = delete;

  // Since `begin`; false where the kernel does not tell.
  bool read(Times& times) const {
    char text[96];
    const ssize_t length = file_ < 0 ? -1 : pread(file_, text, sizeof text - 1, 0);
    if (length <= 0) return false;
    text[length] = 0;
    long long ran = 0, waited = 0;
    if (std::sscanf(text, "%lld %lld", &ran, &waited) != 2) return false;
    times = {ran - begin_.ran, waited - begin_.waited};
    return true;
  }

  void begin() {
    begin_ = {0, 0};
    Times now{};
    if (read(now)) begin_ = now;
  }

 private:
  int file_;
  Times begin_{};
};

long ownThread() {
  static thread_local const long thread = syscall(SYS_gettid);
  return thread;
}

class Watch {
 public:
  void look(int threads) {
    if (threads < 2 || ownThread() != thread_) return;
    const Clock::time_point now = Clock::now();
    if (now < next_ && threads == threads_) return;
    next_ = now + kInterval;
    if (threads != threads_)
      follow(threads);
    else if (crowd_ != nullptr)
      letSpin();
    else
      judge(now);
  }

  bool isSpinning() const { return crowd_ == nullptr; }

 private:
  void follow(int threads) {
    threads_ = threads;
    schedules_.clear();
    std::vector<long> team(static_cast<size_t>(threads), 0);
#pragma omp parallel num_threads(threads)
    team[static_cast<size_t>(omp_get_thread_num())] = ownThread();
    for (const long member : team)
      if (member > 0) schedules_.emplace_back(member);
    begin();
  }

  void begin() {
    for (Schedule& schedule : schedules_) schedule.begin();
  }

  void judge(Clock::time_point now) {
    int64_t active = 0, waited = 0;
    for (const Schedule& schedule : schedules_) {
      Times times{};
      if (!schedule.read(times)) return letSleep(Clock::time_point::max());
      if (&schedule == schedules_.data()) active = times.ran + times.waited;
      waited += times.waited;
    }
    if (active < kWindow) return;
    if (static_cast<double>(waited) > kContended * static_cast<double>(active)) {
      letSleep(now + pause_);
      pause_ = std::min(kLongestPause, 2 * pause_);
    } else {
      pause_ = kFirstPause;
    }
    begin();
  }

  void letSleep(Clock::time_point until) {
    crowd_ = new Crowd(std::max(2, omp_get_num_procs() - threads_ + 2));
    next_ = until;
  }

  void letSpin() {
    delete crowd_;
    crowd_ = nullptr;
    begin();
  }

  // 0, nobody, where how to wait is said from outside.
  const long thread_ =
      std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr ? 0 : ownThread();
  Clock::time_point next_ = Clock::now();
  milliseconds pause_ = kFirstPause;
  int threads_ = 0;
  std::vector<Schedule> schedules_;
  Crowd* crowd_ = nullptr;  // left to the end of the process
};

Watch& watch() {
  static Watch* const instance = new Watch();
  return *instance;
}

}  // namespace

void watchContention(int threads) { watch().look(threads); }
bool isSpinning() { return watch().isSpinning(); }

}  // namespace googlenet

#else

namespace googlenet {

void watchContention(int) {}
bool isSpinning() { return false; }

}  // namespace googlenet

#endif
