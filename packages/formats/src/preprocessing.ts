/** How the pixels of a picture, 0 to 255, become a model's input: resized, cropped, then `(pixel * scale - mean) / std`. */
export interface Preprocessing {
  /** Factor of the pixels. Default 1 / 255. */
  scale?: number;
  /** Subtracted after scaling, for each channel in the model's order. Default 0. */
  mean?: readonly number[];
  /** Divided by, for each channel in the model's order. Default 1. */
  std?: readonly number[];
  /** Order of the channels that the model takes. Default `RGB`. */
  channelOrder?: 'RGB' | 'BGR';
  /** Pixels of the shorter side after resizing. Default: both sides become the model's. */
  resize?: number;
  /** How pixels are made when it is resized. Default `bilinear`. */
  filter?: 'bilinear' | 'bicubic';
  /** Whether the middle is cut out after resizing. Default: where `resize` is given. */
  centerCrop?: boolean;
}
