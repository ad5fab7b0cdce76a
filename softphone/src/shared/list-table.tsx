import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import { TableFrame } from "./table-frame.tsx";

/** What stands above a column: `right` over figures, `hidden` where only a screen reader needs the word. */
export type Heading = string | { name: string; is: "right" | "hidden" };

/** Rows under headings, in a frame that scrolls sideways when there is less room than `minWidth` pixels. */
export function ListTable(props: {
  minWidth: number;
  headings: readonly Heading[];
  highlightOnHover?: boolean;
  children: ReactNode;
}) {
  return (
    <TableFrame minWidth={props.minWidth}>
      <Table highlightOnHover={props.highlightOnHover ?? false}>
        <Table.Thead>
          <Table.Tr>
            {props.headings.map((heading) => (
              <HeadingCell key={typeof heading === "string" ? heading : heading.name} heading={heading} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{props.children}</Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function HeadingCell({ heading }: { heading: Heading }) {
  if (typeof heading === "string") return <Table.Th>{heading}</Table.Th>;
  if (heading.is === "right") return <Table.Th ta="right">{heading.name}</Table.Th>;
  return (
    <Table.Th>
      <span className="rd-visually-hidden">{heading.name}</span>
    </Table.Th>
  );
}
