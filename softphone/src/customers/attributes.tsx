import { Group } from "@mantine/core";
import { Tag } from "../shared/tag.tsx";

/** Attributes as small labels, in alphabetical order. */
export function Attributes(props: { attributes: Readonly<Record<string, string>> }) {
  const entries = Object.entries(props.attributes).toSorted(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return "–";
  return (
    <Group gap={6}>
      {entries.map(([key, value]) => (
        <Tag key={key}>
          {key}: {value}
        </Tag>
      ))}
    </Group>
  );
}
