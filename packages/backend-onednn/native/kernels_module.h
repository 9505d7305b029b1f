// A whole Inception module of inference, a few images at a time, so that what the branches hand on stays in the cache.
// Each thread has images of its own; where there are fewer images than threads they share every convolution. 3x3 and
// 5x5 convolutions of enough channels run by Winograd's algorithm, the others by their definition. Part of
// kernels_table.h.

// Vectors of outputs that are computed together: 3, and the last 4 as 2 and 2.
inline int64_t panelVectors(int64_t left) { return left == 1 ? 1 : left == 2 || left == 4 ? 2 : 3; }

// Calls f(first output, vectors) for each panel.
template <typename F>
inline void forPanels(int64_t outputs, F f) {
  const int64_t all = padded(outputs) / kLanes;
  for (int64_t done = 0; done < all;) {
    const int64_t vectors = panelVectors(all - done);
    f(done * kLanes, vectors);
    done += vectors;
  }
}

// The values of a few images as one thread keeps them, with `border` zeros around each image.
struct Padded {
  float* data;
  int64_t channels, border;
};

// Where the positions of a few images lie between such borders.
class Places {
 public:
  Places(int64_t images, int64_t height, int64_t width) {
    for (int64_t border = 0; border <= kWidestBorder; ++border) {
      auto& list = lists_[border];
      const int64_t across = width + 2 * border, down = height + 2 * border;
      for (int64_t i = 0; i < images; ++i)
        for (int64_t row = 0; row < height; ++row)
          for (int64_t column = 0; column < width; ++column)
            list.push_back((i * down + row + border) * across + column + border);
    }
  }
  const int64_t* at(int64_t border) const { return lists_[border].data(); }

 private:
  std::vector<int64_t> lists_[kWidestBorder + 1];
};

// Rows positions by kLanes Vectors outputs. from[r] is where position r's window begins; a window is `runs` stretches
// of `depth` values, `runStride` apart. weights: [runs * depth][kLanes Vectors].
template <int Rows, int Vectors, typename LastLanes>
inline void directBlock(const float* const* from, int64_t runs, int64_t runStride, int64_t depth, const float* weights,
                        const float* bias, float floor, float* const* to, const LastLanes& last) {
  Lanes sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sum[r][v] = loadAll(bias + v * kLanes);
  for (int64_t run = 0; run < runs; ++run) {
    const float* at[Rows];
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) at[r] = from[r] + run * runStride;
    for (int64_t k = 0; k < depth; ++k, weights += Vectors * kLanes) {
      Lanes row[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) row[v] = loadAll(weights + v * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r) {
        const float left = at[r][k];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum[r][v] += left * row[v];
      }
    }
  }
  const Lanes least = Lanes{} + floor;
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      const Lanes value = sum[r][v] < least ? least : sum[r][v];
      if (v == Vectors - 1)
        storeSome(to[r] + v * kLanes, value, last);
      else
        storeAll(to[r] + v * kLanes, value);
    }
}

struct DirectPanel {
  const float *from, *weights, *bias;
  const int64_t *read, *written;  // the places of the positions
  Range positions;
  int64_t channels, runs, runStride, depth, stride;
  float floor;
  float* to;
};

template <int Rows, int Vectors, typename LastLanes>
inline void directRows(const DirectPanel& p, const LastLanes& last) {
  for (int64_t first = p.positions.first; first < p.positions.end; first += Rows) {
    const float* from[Rows];
    float* to[Rows];
    for (int r = 0; r < Rows; ++r) {
      const int64_t position = std::min(first + r, p.positions.end - 1);
      from[r] = p.from + p.read[position] * p.channels;
      to[r] = p.to + p.written[position] * p.stride;
    }
    directBlock<Rows, Vectors>(from, p.runs, p.runStride, p.depth, p.weights, p.bias, p.floor, to, last);
  }
}

template <int Rows, int Vectors>
inline void directPanel(const DirectPanel& p, int64_t outputs) {
  if (outputs >= Vectors * kLanes)
    directRows<Rows, Vectors>(p, AllLanes{});
  else
    directRows<Rows, Vectors>(p, SomeLanes(outputs - (Vectors - 1) * kLanes));
}

// HWIO weights as [panel][position, input][output of the panel].
inline void packDirect(const float* weights, const ModuleUnit& u, float* packed) {
  const int64_t depth = u.kernel * u.kernel * u.inputs;
  forPanels(u.outputs, [&](int64_t first, int64_t vectors) {
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t o = 0; o < vectors * kLanes; ++o)
        *packed++ = first + o < u.outputs ? weights[k * u.outputs + first + o] : 0.0f;
  });
}

void modulePack(const ModuleUnit& u, const float* weights, const float* bias, float* packed) {
  const int64_t outputs = padded(u.outputs);
  for (int64_t o = 0; o < outputs; ++o) packed[o] = bias != nullptr && o < u.outputs ? bias[o] : 0.0f;
  if (u.winograd)
    winogradWeights(weights, {1, 1, 1, u.inputs, u.outputs, u.kernel}, packed + outputs);
  else
    packDirect(weights, u, packed + outputs);
}

// One thread's work on a few images. `kept` is what it knows of them, which it may share with `threads` - 1 others that
// do the same images; `own` is nobody else's.
class ModuleThread {
 public:
  ModuleThread(const ModulePass& pass, float* kept, float* own, int thread, int threads)
      : pass_(pass),
        places_(pass.imagesAtOnce, pass.height, pass.width),
        floor_(pass.relu ? 0.0f : -std::numeric_limits<float>::infinity()),
        own_(own),
        thread_(thread),
        threads_(threads) {
    float* next = kept;
    const auto take = [&](int64_t channels, int64_t border) {
      const Padded taken = {next, channels, border};
      next += modulePaddedFloats(pass, channels, border);
      return taken;
    };
    input_ = take(pass.inputs, pass.inputBorder);
    pooled_ = take(pass.inputs, pass.poolBorder);
    for (int64_t i = 0; i < pass.unitCount; ++i) handed_.push_back(take(pass.units[i].outputs, pass.units[i].border));
    if (thread == 0) std::memset(kept, 0, static_cast<size_t>(next - kept) * sizeof(float));
    wait();
  }

  void run(int64_t firstImage, int64_t images) {
    const int64_t positions = pass_.height * pass_.width;
    float* x = const_cast<float*>(pass_.x) + firstImage * positions * pass_.inputs;
    float* y = pass_.y + firstImage * positions * pass_.outputs;
    images_ = images;
    if (pass_.inputBorder > 0) copyInput(x);
    pool(x, y);
    wait();
    const Padded plainInput = {x, pass_.inputs, 0};
    for (int64_t i = 0; i < pass_.unitCount; ++i) {
      const ModuleUnit& u = pass_.units[i];
      const bool bordered = pass_.inputBorder > 0 && !u.winograd, last = u.outputChannel != kNowhere;
      const Padded from = u.source == kFromInput  ? (bordered ? input_ : plainInput)
                          : u.source == kFromPool ? pooled_
                                                  : handed_[static_cast<size_t>(u.source)];
      const Padded to = last ? Padded{y + u.outputChannel, pass_.outputs, 0} : handed_[static_cast<size_t>(i)];
      if (u.winograd)
        u.kernel == 3 ? winograd<3>(u, from, to) : winograd<5>(u, from, to);
      else
        direct(u, from, to);
      if (!last) wait();
    }
  }

 private:
  // For the threads that share the images.
  void wait() const {
    if (threads_ == 1) return;
#pragma omp barrier
  }

  // This thread's part of `count` things, which go by `multiple`.
  Range share(int64_t count, int64_t multiple) const {
    const int64_t length = tilesOfBlock(count, threads_, count, multiple), first = std::min(count, thread_ * length);
    return {first, std::min(count, first + length)};
  }

  void copyInput(const float* x) {
    const int64_t row = pass_.width * pass_.inputs;
    const Range rows = share(images_ * pass_.height, 1);
    for (int64_t i = rows.first; i < rows.end; ++i)
      std::memcpy(input_.data + places_.at(input_.border)[i * pass_.width] * pass_.inputs, x + i * row,
                  static_cast<size_t>(row) * sizeof(float));
  }

  // The largest of 3x3, by columns and then by rows. NaN is never larger.
  void pool(const float* x, float* y) {
    const int64_t channels = pass_.inputs, width = pass_.width, row = width * channels;
    const bool last = pass_.pooledChannel != kNowhere;
    const int64_t stride = last ? pass_.outputs : channels;
    float* to = last ? y + pass_.pooledChannel : pooled_.data;
    const int64_t* places = places_.at(last ? 0 : pooled_.border);
    float* columns = own_;
    const Range rows = share(images_ * pass_.height, 1);
    for (int64_t i = rows.first; i < rows.end; ++i) {
      const int64_t above = i % pass_.height > 0 ? row : 0, below = i % pass_.height < pass_.height - 1 ? row : 0;
      const float* at = x + i * row;
      forVectors(row, [&](int64_t c, auto lanes) {
        Lanes most = Lanes{} - std::numeric_limits<float>::infinity();
        for (const int64_t offset : {-above, int64_t{0}, below}) most = larger(loadSome(at + offset + c, lanes), most);
        storeSome(columns + c, most, lanes);
      });
      for (int64_t column = 0; column < width; ++column) {
        const float* middle = columns + column * channels;
        const int64_t left = column > 0 ? channels : 0, right = column < width - 1 ? channels : 0;
        float* out = to + places[i * width + column] * stride;
        forVectors(channels, [&](int64_t c, auto lanes) {
          const Lanes sides = larger(loadSome(middle - left + c, lanes), loadSome(middle + right + c, lanes));
          storeSome(out + c, larger(sides, loadSome(middle + c, lanes)), lanes);
        });
      }
    }
  }

  static Lanes larger(const Lanes& a, const Lanes& b) { return a > b ? a : b; }

  void direct(const ModuleUnit& u, const Padded& from, const Padded& to) {
    const int64_t across = pass_.width + 2 * from.border, reach = u.kernel / 2;
    const float* weights = u.packed + padded(u.outputs);
    DirectPanel p{};
    p.from = from.data - (reach * across + reach) * from.channels;
    p.read = places_.at(from.border);
    p.written = places_.at(to.border);
    p.positions = share(images_ * pass_.height * pass_.width, 12);
    p.channels = from.channels;
    p.runs = u.kernel;
    p.runStride = across * from.channels;
    p.depth = u.kernel * from.channels;
    p.stride = to.channels;
    p.floor = floor_;
    forPanels(u.outputs, [&](int64_t first, int64_t vectors) {
      p.weights = weights;
      p.bias = u.packed + first;
      p.to = to.data + first;
      if (vectors == 3)
        directPanel<4, 3>(p, u.outputs - first);
      else if (vectors == 2)
        directPanel<6, 2>(p, u.outputs - first);
      else
        directPanel<10, 1>(p, u.outputs - first);
      weights += p.runs * p.depth * vectors * kLanes;
    });
  }

  template <int Kernel>
  void winograd(const ModuleUnit& u, const Padded& from, const Padded& to) {
    const WinogradShape s = {images_, pass_.height, pass_.width, u.inputs, u.outputs, Kernel};
    const Tiles grid(s);
    const Range tiles = share(grid.count, kRows);
    if (tiles.first == tiles.end) return;
    const int64_t length = tilesOfBlock(tiles.end - tiles.first, 1, kForwardTiles, kRows);
    const Target target = {to.data, to.channels, pass_.width + 2 * to.border, pass_.height + 2 * to.border, to.border};
    for (int64_t first = tiles.first; first < tiles.end; first += length)
      winogradBlock<Kernel, true>(from.data, u.packed + padded(u.outputs), u.packed, floor_, target, s, grid, first,
                                  std::min(length, tiles.end - first), own_);
  }

  const ModulePass& pass_;
  const Places places_;
  const float floor_;
  float* own_;
  const int64_t thread_, threads_;
  Padded input_, pooled_;
  std::vector<Padded> handed_;
  int64_t images_ = 0;
};

void moduleForward(const ModulePass& pass, float* scratch, int threads) {
  const bool together = pass.images < threads;
  const int64_t groups = (pass.images + pass.imagesAtOnce - 1) / pass.imagesAtOnce;
#pragma omp parallel num_threads(threads)
  {
    const int thread = omp_get_thread_num();
    float* own = scratch + thread * pass.ownFloats;
    float* kept = scratch + threads * pass.ownFloats + (together ? 0 : thread * pass.keptFloats);
    ModuleThread worker(pass, kept, own, together ? thread : 0, together ? omp_get_num_threads() : 1);
    if (together) {
      worker.run(0, pass.images);
    } else {
#pragma omp for schedule(dynamic)
      for (int64_t group = 0; group < groups; ++group) {
        const int64_t first = group * pass.imagesAtOnce;
        worker.run(first, std::min(pass.imagesAtOnce, pass.images - first));
      }
    }
  }
}
