import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import classes from "./page.module.css";
import { RefusalAlert } from "./refusals.tsx";

/** A screen: title, what it is for, actions on the right. */
export function Page(props: {
  title: string;
  hint?: string;
  actions?: ReactNode;
  back?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Ringdown`;
  }, [props.title]);
  return (
    <div className={classes["page"]}>
      {props.back}
      <Group justify="space-between" align="flex-end" gap="sm" mb="md">
        <div>
          <Title order={1}>{props.title}</Title>
          {props.hint !== undefined && (
            <Text size="sm" c="dimmed" maw={720}>
              {props.hint}
            </Text>
          )}
        </div>
        {props.actions !== undefined && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </div>
  );
}

/** A surface with an optional heading. */
export function Panel(props: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  testId?: string;
}) {
  return (
    <section className={classes["panel"]} data-testid={props.testId}>
      {props.title !== undefined && (
        <header className={classes["panelHead"]}>
          <Title order={2} size="h3">
            {props.title}
          </Title>
          {props.aside}
        </header>
      )}
      <div className={props.flush === true ? undefined : classes["panelBody"]}>{props.children}</div>
    </section>
  );
}

export function Empty(props: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <Stack align="center" gap={6} py={36} px="md" ta="center">
      <Text fw={600}>{props.title}</Text>
      {props.hint !== undefined && (
        <Text size="sm" c="dimmed" maw={420}>
          {props.hint}
        </Text>
      )}
      {props.action}
    </Stack>
  );
}

export function LoadingRows(props: { rows?: number }) {
  return (
    <Stack gap={10} p="md" aria-busy="true">
      {Array.from({ length: props.rows ?? 4 }, (_, index) => (
        <Skeleton key={index} height={18} radius="sm" />
      ))}
    </Stack>
  );
}

/** A fetched list in its four states. */
export function Listing<T, Item>(props: {
  query: UseQueryResult<T>;
  items: (data: T) => readonly Item[];
  empty: ReactNode;
  children: (items: readonly Item[], data: T) => ReactNode;
}) {
  const { query } = props;
  if (query.data !== undefined) {
    const items = props.items(query.data);
    return items.length === 0 ? props.empty : props.children(items, query.data);
  }
  if (query.isError) {
    return (
      <div className={classes["panelBody"]}>
        <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  return <LoadingRows />;
}
