import { Button, Center } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LoadingRows } from "./page.tsx";
import { RefusalAlert } from "./refusals.tsx";

/** A long list in its four states, fetched page by page when asked for more. `items`: of all pages so far. */
export function PagedListing<Item>(props: {
  query: UseInfiniteQueryResult;
  items: readonly Item[];
  empty: ReactNode;
  children: (items: readonly Item[]) => ReactNode;
}) {
  const { t } = useTranslation();
  const { query, items } = props;
  return (
    <>
      {query.isPending && <LoadingRows rows={8} />}
      {query.isError && <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && props.empty}
      {items.length > 0 && props.children(items)}
      {query.hasNextPage && (
        <Center py="sm">
          <Button
            size="xs"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("common.more")}
          </Button>
        </Center>
      )}
    </>
  );
}
