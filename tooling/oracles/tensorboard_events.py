"""Records of an event file, written by TensorBoard's own code, for apps/trainer/src/tensorboard.

    pip install tensorboard==2.21.0
    python tensorboard_events.py   # apps/trainer/src/tensorboard/__fixtures__/tensorboard-events.json

Every record is what TensorBoard's RecordWriter makes of its own protobuf message: framing, masked CRC-32C and message.
"""

import base64
import io
import json
from pathlib import Path

import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

TIME = 1768888888.125
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8DAAMQQGgAb5gT8Yd+I3QAAAABJRU5ErkJggg=="
)


def hparams(tag, content):
    summary_metadata = metadata.create_summary_metadata(content)
    # TensorBoard's own function sets the version of the plug-in's data, 0, which is not written.
    return event_pb2.Event(
        wall_time=TIME,
        summary=summary_pb2.Summary(
            value=[
                summary_pb2.Summary.Value(
                    tag=tag,
                    metadata=summary_pb2.SummaryMetadata(plugin_data=summary_metadata.plugin_data),
                )
            ]
        ),
    )


start = plugin_data_pb2.SessionStartInfo(group_name="group", start_time_secs=TIME)
start.hparams["training.batchSize"].number_value = 64
end = plugin_data_pb2.SessionEndInfo(status=1, end_time_secs=TIME)

events = {
    "version": event_pb2.Event(wall_time=TIME, file_version="brain.Event:2"),
    "scalars": event_pb2.Event(
        wall_time=TIME,
        step=70_000,
        summary=summary_pb2.Summary(
            value=[
                summary_pb2.Summary.Value(tag="step/loss", simple_value=0.1),
                summary_pb2.Summary.Value(tag="step/accuracy", simple_value=-2.5),
            ]
        ),
    ),
    "image": event_pb2.Event(
        wall_time=TIME,
        step=3,
        summary=summary_pb2.Summary(
            value=[
                summary_pb2.Summary.Value(
                    tag="worst mistakes",
                    image=summary_pb2.Summary.Image(height=3, width=2, colorspace=3, encoded_image_string=PNG),
                )
            ]
        ),
    ),
    "start": hparams("_hparams_/session_start_info", plugin_data_pb2.HParamsPluginData(session_start_info=start)),
    "end": hparams("_hparams_/session_end_info", plugin_data_pb2.HParamsPluginData(session_end_info=end)),
}


def record(event):
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event.SerializeToString())
    return base64.b64encode(buffer.getvalue()).decode()


TARGET = Path(__file__).parents[2] / "apps/trainer/src/tensorboard/__fixtures__/tensorboard-events.json"
with open(TARGET, "w") as file:
    json.dump(
        {
            "source": f"tooling/oracles/tensorboard_events.py, TensorBoard {tensorboard.__version__}",
            "wallTime": TIME,
            "png": base64.b64encode(PNG).decode(),
            "records": {name: record(event) for name, event in events.items()},
        },
        file,
        indent=2,
    )
    file.write("\n")
