"""Checks the Kubernetes files of docs/many-machines against the schemas of their kinds; strict: an unknown or misspelt field is an error.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python validate.py

A TrainingRuntime and a TrainJob are read by Kubeflow's own models (kubeflow-trainer-api), every pod, in them and in the MPIJob, by
Kubernetes' JSON schemas (kubernetes-validate). No package carries the schema of an MPIJob v2beta1: MPI_JOB has the fields of its
specification as MPI Operator 0.6 declares them.
"""
from pathlib import Path
import sys

import kubernetes_validate
from jsonschema import Draft202012Validator
from kubeflow_trainer_api import models
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "many-machines"


def exactly(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


COUNT = {"type": "integer", "minimum": 0}
REPLICAS = exactly(
    ["template"],
    replicas=COUNT,
    restartPolicy={"enum": ["Never", "OnFailure"]},
    template={"type": "object"},
)
MPI_JOB = exactly(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "kubeflow.org/v2beta1"},
    kind={"const": "MPIJob"},
    metadata={"type": "object", "required": ["name"]},
    spec=exactly(
        ["mpiReplicaSpecs"],
        slotsPerWorker=COUNT,
        runLauncherAsWorker={"type": "boolean"},
        runPolicy=exactly(
            [],
            cleanPodPolicy={"enum": ["None", "Running", "All"]},
            ttlSecondsAfterFinished=COUNT,
            activeDeadlineSeconds=COUNT,
            backoffLimit=COUNT,
            schedulingPolicy={"type": "object"},
            suspend={"type": "boolean"},
            managedBy={"type": "string"},
        ),
        mpiReplicaSpecs=exactly(["Launcher", "Worker"], Launcher=REPLICAS, Worker=REPLICAS),
        sshAuthMountPath={"type": "string"},
        launcherCreationPolicy={"enum": ["AtStartup", "WaitForWorkersReady"]},
        mpiImplementation={"enum": ["OpenMPI", "Intel", "MPICH"]},
    ),
)


def check_pod(template, restart_policy="Never"):
    """A pod template as the job that is made of it: containers, probes, volumes and claims, field by field."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", **template.get("metadata", {})}}
    pod["spec"] = {"restartPolicy": restart_policy, **template["spec"]}
    version = ".".join(kubernetes_validate.latest_version().split(".")[:2])
    kubernetes_validate.validate(pod, version, strict=True)


def lost(given, read, place=""):
    """What a model did not take over: the models drop fields that they do not know."""
    if isinstance(given, dict):
        for name, value in given.items():
            if not isinstance(read, dict) or name not in read:
                yield f"{place}/{name}"
            else:
                yield from lost(value, read[name], f"{place}/{name}")
    elif isinstance(given, list):
        for i, value in enumerate(given):
            yield from lost(value, read[i], f"{place}/{i}")
    elif given != read:
        yield place


def check_kubeflow(document, model):
    unknown = list(lost(document, model.from_dict(document).to_dict()))
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(unknown)}")


def check_mpi_job(document):
    Draft202012Validator(MPI_JOB).validate(document)
    for replicas in document["spec"]["mpiReplicaSpecs"].values():
        check_pod(replicas["template"], replicas.get("restartPolicy", "Never"))


def check_runtime(document):
    check_kubeflow(document, models.TrainerV1alpha1TrainingRuntime)
    names = [job["name"] for job in document["spec"]["template"]["spec"]["replicatedJobs"]]
    for job in document["spec"]["template"]["spec"]["replicatedJobs"]:
        check_pod(job["template"]["spec"]["template"])
        for needed in job.get("dependsOn", []):
            # JobSet wants what a job waits for to stand before it.
            if needed["name"] not in names[: names.index(job["name"])]:
                raise ValueError(f"{job['name']} depends on {needed['name']}, which does not stand before it")


CHECKS = {
    "MPIJob": check_mpi_job,
    "TrainingRuntime": check_runtime,
    "TrainJob": lambda document: check_kubeflow(document, models.TrainerV1alpha1TrainJob),
}

failed = False
for path in sorted(FOLDER.glob("*.yaml")):
    for document in yaml.safe_load_all(path.read_text()):
        kind = document["kind"]
        try:
            CHECKS[kind](document)
            print(f"{path.name}: {kind} holds")
        except Exception as error:  # whatever a model or a schema raises says what is wrong
            failed = True
            print(f"{path.name}: {kind}: {error}")
sys.exit(failed)
