"""Opens FOLDER/model.keras in Keras and saves it in Keras's older form as FOLDER/model.h5, for packages/pretrained's live test.

  python keras_h5.py FOLDER
"""

import sys
from pathlib import Path

import keras

folder = Path(sys.argv[1])
keras.models.load_model(folder / "model.keras").save(folder / "model.h5")
