import { Button, Stack } from "@mantine/core";
import { telephony } from "@ringdown/contract";
import { IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { ShippedPrompts } from "./shipped-prompts.tsx";
import { UploadDialog } from "./upload-dialog.tsx";
import { UploadedPrompts } from "./uploaded-prompts.tsx";

/** What callers hear: uploaded and shipped. */
export function PromptsPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["prompts"], queryFn: () => call(telephony.listPrompts) });
  const [isUploading, setUploading] = useState(false);
  const upload = isAdministrator && (
    <Button leftSection={<IconUpload size={16} />} onClick={() => setUploading(true)}>
      {t("prompts.upload")}
    </Button>
  );
  return (
    <Page title={t("nav.prompts")} hint={t("prompts.hint")} actions={upload}>
      <Stack>
        <Panel title={t("prompts.uploaded")} flush>
          <Listing
            query={query}
            items={(data) => data.prompts}
            empty={<Empty title={t("prompts.empty")} hint={t("prompts.emptyHint")} />}
          >
            {(items) => <UploadedPrompts items={items} canDelete={isAdministrator} />}
          </Listing>
        </Panel>
        <Panel title={t("prompts.shipped")} flush>
          <Listing
            query={query}
            items={(data) => data.shipped}
            empty={<Empty title={t("prompts.noneShipped")} />}
          >
            {(items) => <ShippedPrompts items={items} />}
          </Listing>
        </Panel>
      </Stack>
      {isUploading && <UploadDialog onClose={() => setUploading(false)} />}
    </Page>
  );
}
