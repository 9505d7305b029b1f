import { Choice } from '../ui/choice';

interface Props {
  /** The index of the class; undefined for the likeliest one. */
  value: number | undefined;
  classes: readonly { value: number; label: string }[];
  onChange: (value: number | undefined) => void;
}

/** The class that Grad-CAM explains: the network's answer, or one of the visitor's choice. */
export function EvidenceChoice({ value, classes, onChange }: Props) {
  return (
    <Choice
      label="Evidence for the class"
      value={value}
      options={[{ value: undefined, label: "the network's answer" }, ...classes]}
      onChange={onChange}
    />
  );
}
