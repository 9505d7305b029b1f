// Node-API on top of MPI. One thread of this add-on makes every MPI call (MPI_THREAD_FUNNELED is enough); JavaScript
// puts jobs into its queue and either gets a promise or waits. So a sum goes on while JavaScript computes, whether or
// not the MPI library makes progress by itself. Arrays are summed where they lie: nothing is copied.
#include <mpi.h>
#include <node_api.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#include <sys/prctl.h>
#endif
#include <unistd.h>
#include <signal.h>

namespace {

using Clock = std::chrono::steady_clock;

enum class Kind { kStart, kAllReduce, kBroadcast, kBarrier, kAbort, kFinish };

struct Job {
  Kind kind = Kind::kBarrier;
  void* data = nullptr;
  size_t count = 0;
  MPI_Datatype type = MPI_FLOAT;
  size_t element_bytes = 4;
  int argument = 0;  // of a broadcast the root, of an abort the exit code
  bool waits = false;
  bool done = false;
  std::string error;
  napi_deferred deferred = nullptr;
  napi_ref keeps = nullptr;
};

/** What every rank learns when it starts. */
struct World {
  int rank = 0;
  int size = 1;
  int local_rank = 0;
  int local_size = 1;
  int cores = 0;        // that this process may use
  int local_cores = 0;  // that the processes of this machine may use together
  int thread_level = 0;
};

// Never destroyed: the threads below wait on them until the process is gone.
std::mutex& mutex = *new std::mutex;
std::condition_variable& changed = *new std::condition_variable;
std::deque<Job*>& queue = *new std::deque<Job*>;
std::atomic<bool> started{false};
bool running = false;  // between MPI_Init_thread and MPI_Finalize
World world;
napi_threadsafe_function finished = nullptr;
int pending_promises = 0;

// The watchdog ends the process when one call takes longer than the limit.
std::mutex& watch_mutex = *new std::mutex;
std::condition_variable& watch_changed = *new std::condition_variable;
bool call_open = false;
uint64_t call_number = 0;
Clock::time_point call_since;
std::atomic<double> limit_seconds{0};
std::atomic<int> limit_exit_code{75};
std::atomic<int64_t> call_microseconds{0};

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::kStart:
      return "MPI_Init_thread";
    case Kind::kAllReduce:
      return "MPI_Allreduce";
    case Kind::kBroadcast:
      return "MPI_Bcast";
    case Kind::kBarrier:
      return "MPI_Barrier";
    case Kind::kAbort:
      return "MPI_Abort";
    case Kind::kFinish:
      return "MPI_Finalize";
  }
  return "MPI";
}

std::string library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) return "MPI";
  std::string line(text, static_cast<size_t>(length));
  const size_t end = line.find_first_of("\n\0", 0, 2);
  return line.substr(0, end);
}

std::string error_text(int code) {
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) return "MPI error " + std::to_string(code);
  return std::string(text, static_cast<size_t>(length));
}

/** Waits until a request is complete: first busily, then in short sleeps that leave the core to whoever computes. */
int drive(MPI_Request* request) {
  const auto start = Clock::now();
  for (;;) {
    int flag = 0;
    const int code = MPI_Test(request, &flag, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS || flag) return code;
    const auto waited = Clock::now() - start;
    if (waited < std::chrono::microseconds(200)) continue;
    if (waited < std::chrono::milliseconds(2)) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }
}

void start_world() {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  world.thread_level = provided;
  MPI_Comm_rank(MPI_COMM_WORLD, &world.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &world.size);
  MPI_Comm machine;
  if (MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, world.rank, MPI_INFO_NULL, &machine) == MPI_SUCCESS) {
    MPI_Comm_rank(machine, &world.local_rank);
    MPI_Comm_size(machine, &world.local_size);
    const int online = static_cast<int>(std::thread::hardware_concurrency());
    world.cores = world.local_cores = online > 0 ? online : 1;
#if defined(__linux__)
    cpu_set_t mine;
    CPU_ZERO(&mine);
    if (sched_getaffinity(getpid(), sizeof mine, &mine) == 0) {
      unsigned char together[sizeof mine];
      std::memcpy(together, &mine, sizeof mine);
      MPI_Allreduce(MPI_IN_PLACE, together, static_cast<int>(sizeof mine), MPI_UNSIGNED_CHAR, MPI_BOR, machine);
      cpu_set_t all;
      std::memcpy(&all, together, sizeof all);
      world.cores = CPU_COUNT(&mine);
      world.local_cores = CPU_COUNT(&all);
    }
#endif
    MPI_Comm_free(&machine);
  }
}

/** Counts are int in MPI, so long arrays go in parts. */
template <typename Call>
int in_parts(const Job& job, Call call) {
  constexpr size_t kPart = size_t{1} << 28;
  for (size_t done = 0; done < job.count; done += kPart) {
    const size_t count = job.count - done < kPart ? job.count - done : kPart;
    const int code = call(static_cast<char*>(job.data) + done * job.element_bytes, static_cast<int>(count));
    if (code != MPI_SUCCESS) return code;
  }
  return MPI_SUCCESS;
}

int run(const Job& job) {
  MPI_Request request = MPI_REQUEST_NULL;
  switch (job.kind) {
    case Kind::kStart:
      start_world();
      return MPI_SUCCESS;
    case Kind::kAllReduce:
      return in_parts(job, [&](void* data, int count) {
        // With a process a core the blocking call is the fastest; argument 1 asks for the one that shares the core.
        if (job.argument == 0) return MPI_Allreduce(MPI_IN_PLACE, data, count, job.type, MPI_SUM, MPI_COMM_WORLD);
        const int code = MPI_Iallreduce(MPI_IN_PLACE, data, count, job.type, MPI_SUM, MPI_COMM_WORLD, &request);
        return code == MPI_SUCCESS ? drive(&request) : code;
      });
    case Kind::kBroadcast:
      return in_parts(
          job, [&](void* data, int count) { return MPI_Bcast(data, count, job.type, job.argument, MPI_COMM_WORLD); });
    case Kind::kBarrier: {
      const int code = MPI_Ibarrier(MPI_COMM_WORLD, &request);
      return code == MPI_SUCCESS ? drive(&request) : code;
    }
    case Kind::kAbort:
      return MPI_Abort(MPI_COMM_WORLD, job.argument);
    case Kind::kFinish:
      return MPI_Finalize();
  }
  return MPI_SUCCESS;
}

void open_call() {
  const std::lock_guard<std::mutex> lock(watch_mutex);
  call_open = true;
  call_number++;
  call_since = Clock::now();
  watch_changed.notify_all();
}

void close_call() {
  const std::lock_guard<std::mutex> lock(watch_mutex);
  call_open = false;
  call_microseconds += std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - call_since).count();
  watch_changed.notify_all();
}

/** Ends this process: the launcher sees a rank that left without MPI_Finalize, and ends the others. */
[[noreturn]] void leave(int code) { _exit(code); }

void watch() {
  std::unique_lock<std::mutex> lock(watch_mutex);
  for (;;) {
    watch_changed.wait(lock, [] { return call_open; });
    const uint64_t number = call_number;
    const auto same = [number] { return call_open && call_number == number; };
    while (same()) {
      const double limit = limit_seconds.load();
      if (limit <= 0) {
        watch_changed.wait_for(lock, std::chrono::seconds(1));
        continue;
      }
      // The first rank speaks; the others do so only where it cannot end them.
      const double grace = world.rank == 0 ? 0.0 : 3.0;
      const auto end =
          call_since + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limit + grace));
      if (watch_changed.wait_until(lock, end) == std::cv_status::timeout && same() && Clock::now() >= end) {
        char line[256];
        const int length = std::snprintf(line, sizeof line,
                                         "mpi: rank %d of %d has waited %.0f s for the others, the limit: a process or "
                                         "the network is lost. All ranks end.\n",
                                         world.rank, world.size, limit);
        if (length > 0 && write(2, line, static_cast<size_t>(length)) < 0) { /* nobody reads it */
        }
        leave(limit_exit_code.load());
      }
    }
  }
}

void serve() {
  for (;;) {
    Job* job;
    {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [] { return !queue.empty(); });
      job = queue.front();
    }
    open_call();
    const int code = run(*job);
    close_call();
    if (code != MPI_SUCCESS) job->error = error_text(code);
    const bool last = job->kind == Kind::kFinish;
    const bool waits = job->waits;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      queue.pop_front();
      job->done = true;
      if (job->kind == Kind::kStart) running = true;
      if (last) running = false;
      if (waits) changed.notify_all();
    }
    if (!waits) napi_call_threadsafe_function(finished, job, napi_tsfn_blocking);
    if (last) return;
  }
}

bool throw_error(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return false;
}

std::string job_error(const Job& job) {
  return std::string("collective-mpi: ") + name_of(job.kind) + " failed: " + job.error;
}

/** Settles a promise, on JavaScript's thread. */
void settle(napi_env env, napi_value, void*, void* data) {
  Job* job = static_cast<Job*>(data);
  if (env != nullptr) {
    if (--pending_promises == 0) napi_unref_threadsafe_function(env, finished);
    if (job->keeps != nullptr) napi_delete_reference(env, job->keeps);
    napi_value value;
    if (job->error.empty()) {
      napi_get_undefined(env, &value);
      napi_resolve_deferred(env, job->deferred, value);
    } else {
      napi_value message;
      const std::string text = job_error(*job);
      napi_create_string_utf8(env, text.c_str(), text.size(), &message);
      napi_create_error(env, nullptr, message, &value);
      napi_reject_deferred(env, job->deferred, value);
    }
  }
  delete job;
}

void enqueue(Job* job) {
  const std::lock_guard<std::mutex> lock(mutex);
  queue.push_back(job);
  changed.notify_all();
}

/** Runs a job and waits for it. @returns whether it went well; throws where it did not */
bool perform(napi_env env, Job& job) {
  job.waits = true;
  enqueue(&job);
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return job.done; });
  }
  return job.error.empty() || throw_error(env, job_error(job));
}

napi_value promise_of(napi_env env, Job* job, napi_value keeps) {
  napi_value promise;
  napi_create_promise(env, &job->deferred, &promise);
  if (keeps != nullptr) napi_create_reference(env, keeps, 1, &job->keeps);
  if (pending_promises++ == 0) napi_ref_threadsafe_function(env, finished);
  enqueue(job);
  return promise;
}

bool require_running(napi_env env, const char* name) {
  const std::lock_guard<std::mutex> lock(mutex);
  return running || throw_error(env, std::string("collective-mpi: expected a started MPI for ") + name +
                                         ", got one that has ended or not begun.");
}

bool read_array(napi_env env, napi_value value, const char* name, Job& job) {
  bool typed = false;
  napi_is_typedarray(env, value, &typed);
  napi_typedarray_type type = napi_uint8_array;
  if (typed) {
    napi_value buffer;
    size_t offset;
    napi_get_typedarray_info(env, value, &type, &job.count, &job.data, &buffer, &offset);
  }
  if (type == napi_float32_array) {
    job.type = MPI_FLOAT;
    job.element_bytes = 4;
  } else if (type == napi_float64_array) {
    job.type = MPI_DOUBLE;
    job.element_bytes = 8;
  } else {
    return throw_error(env, std::string("collective-mpi: expected a Float32Array or Float64Array for ") + name +
                                ", got something else.");
  }
  return true;
}

int32_t integer(napi_env env, napi_value value, int32_t fallback) {
  int32_t number = fallback;
  return napi_get_value_int32(env, value, &number) == napi_ok ? number : fallback;
}

template <size_t N>
size_t arguments(napi_env env, napi_callback_info info, napi_value (&values)[N]) {
  size_t count = N;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  return count;
}

void set_number(napi_env env, napi_value object, const char* key, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, key, value);
}

napi_value version(napi_env env, napi_callback_info) {
  const std::string text = library_version();
  napi_value value;
  napi_create_string_utf8(env, text.c_str(), text.size(), &value);
  return value;
}

/** start(): MPI_Init_thread, once a process. */
napi_value start(napi_env env, napi_callback_info) {
  if (started.exchange(true)) {
    throw_error(
        env,
        "collective-mpi: expected the first start of MPI in this process, got another. MPI cannot be started twice.");
    return nullptr;
  }
#if defined(__linux__)
  // No orphan where the launcher itself is killed.
  if (getppid() > 1) prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  napi_value name;
  napi_create_string_utf8(env, "collective-mpi", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, settle, &finished);
  napi_unref_threadsafe_function(env, finished);
  std::thread(serve).detach();
  std::thread(watch).detach();
  Job job;
  job.kind = Kind::kStart;
  if (!perform(env, job)) return nullptr;
  napi_value result;
  napi_create_object(env, &result);
  set_number(env, result, "rank", world.rank);
  set_number(env, result, "size", world.size);
  set_number(env, result, "localRank", world.local_rank);
  set_number(env, result, "localSize", world.local_size);
  set_number(env, result, "cores", world.cores);
  set_number(env, result, "localCores", world.local_cores);
  set_number(env, result, "threadLevel", world.thread_level);
  return result;
}

/** setLimit(seconds, exitCode): how long one call may take; 0 is for ever. */
napi_value set_limit(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values);
  double seconds = 0;
  napi_get_value_double(env, values[0], &seconds);
  limit_seconds = seconds;
  limit_exit_code = integer(env, values[1], 75);
  const std::lock_guard<std::mutex> lock(watch_mutex);
  watch_changed.notify_all();
  return nullptr;
}

/** allReduce(array, sharing, wait): sums over all ranks, in place; a promise, or nothing where it waits. */
napi_value all_reduce(napi_env env, napi_callback_info info) {
  napi_value values[3];
  arguments(env, info, values);
  if (!require_running(env, "allReduceSum")) return nullptr;
  Job job;
  job.kind = Kind::kAllReduce;
  if (!read_array(env, values[0], "allReduceSum", job)) return nullptr;
  job.argument = integer(env, values[1], 0);
  if (integer(env, values[2], 0) != 0) {
    perform(env, job);
    return nullptr;
  }
  return promise_of(env, new Job(job), values[0]);
}

/** broadcast(array, root) */
napi_value broadcast(napi_env env, napi_callback_info info) {
  napi_value values[2];
  arguments(env, info, values);
  if (!require_running(env, "broadcast")) return nullptr;
  Job job;
  job.kind = Kind::kBroadcast;
  if (!read_array(env, values[0], "broadcast", job)) return nullptr;
  job.argument = integer(env, values[1], 0);
  return promise_of(env, new Job(job), values[0]);
}

napi_value barrier(napi_env env, napi_callback_info) {
  if (!require_running(env, "barrier")) return nullptr;
  Job* job = new Job;
  job->kind = Kind::kBarrier;
  return promise_of(env, job, nullptr);
}

/** finish(): MPI_Finalize. */
napi_value finish(napi_env env, napi_callback_info) {
  if (!require_running(env, "close")) return nullptr;
  Job* job = new Job;
  job->kind = Kind::kFinish;
  return promise_of(env, job, nullptr);
}

/** abort(code): ends every rank; MPI_Abort where the MPI thread is free for it, and this process in any case. */
napi_value abort_all(napi_env env, napi_callback_info info) {
  napi_value values[1];
  arguments(env, info, values);
  const int code = integer(env, values[0], 1);
  {
    std::unique_lock<std::mutex> lock(mutex);
    if (running && queue.empty()) {
      Job* job = new Job;
      job->kind = Kind::kAbort;
      job->argument = code;
      job->waits = true;
      queue.push_back(job);
      changed.notify_all();
      changed.wait_for(lock, std::chrono::seconds(3), [&] { return job->done; });
    }
  }
  leave(code);
}

/** seconds(): what all calls took so far. */
napi_value seconds(napi_env env, napi_callback_info) {
  napi_value value;
  napi_create_double(env, static_cast<double>(call_microseconds.load()) * 1e-6, &value);
  return value;
}

napi_value initialize(napi_env env, napi_value exports) {
  const std::pair<const char*, napi_callback> functions[] = {
      {"version", version},      {"start", start},         {"setLimit", set_limit},
      {"allReduce", all_reduce}, {"broadcast", broadcast}, {"barrier", barrier},
      {"finish", finish},        {"abort", abort_all},     {"seconds", seconds},
  };
  for (const auto& [name, callback] : functions) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, initialize)
