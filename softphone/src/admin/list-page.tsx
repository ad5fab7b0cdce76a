import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { ListTable, type Heading } from "../shared/list-table.tsx";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";

/** A page that is one table: its rows, what it says when there are none, and the dialog that adds and edits. */
export function ListPage<Fetched, Item>(props: {
  title: string;
  hint?: string;
  /** Absent for those who may only look. */
  add?: { label: string; testId?: string };
  query: UseQueryResult<Fetched>;
  items: (fetched: Fetched) => readonly Item[];
  empty: { title: string; hint?: string };
  minWidth: number;
  headings: readonly Heading[];
  renderRow: (item: Item, edit: () => void) => ReactNode;
  renderDialog: (edited: Item | "new", close: () => void) => ReactNode;
  /** Further dialogs. */
  children?: ReactNode;
}) {
  const { add } = props;
  const [edited, setEdited] = useState<Item | "new" | null>(null);
  return (
    <Page
      title={props.title}
      {...(props.hint !== undefined && { hint: props.hint })}
      actions={
        add !== undefined && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited("new")}
            data-testid={add.testId}
          >
            {add.label}
          </Button>
        )
      }
    >
      <Panel flush>
        <Listing query={props.query} items={props.items} empty={<Empty {...props.empty} />}>
          {(items) => (
            <ListTable minWidth={props.minWidth} headings={props.headings}>
              {items.map((item) => props.renderRow(item, () => setEdited(() => item)))}
            </ListTable>
          )}
        </Listing>
      </Panel>
      {edited !== null && props.renderDialog(edited, () => setEdited(null))}
      {props.children}
    </Page>
  );
}
