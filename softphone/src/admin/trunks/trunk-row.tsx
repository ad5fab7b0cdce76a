import { ActionIcon, Anchor } from "@mantine/core";
import type { trunks } from "@ringdown/contract";
import { IconArrowDown, IconArrowUp, IconPencil, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { QuietButton } from "../../shared/quiet-button.tsx";
import { Tag } from "../../shared/tag.tsx";
import { useDeletion } from "../deletion.ts";
import { CallsNow } from "./calls-now.tsx";
import { CheckButton, CheckResult, useTrunkCheck } from "./trunk-check.tsx";
import { trunkDeletion } from "./trunk-deletion.ts";
import { TrunkState } from "./trunk-state.tsx";
import classes from "./trunks.module.css";

interface Place {
  at: number;
  of: number;
  move(by: -1 | 1): void;
}

/** One trunk at a glance. */
export function TrunkRow(props: { trunk: trunks.Trunk; place?: Place }) {
  const { t } = useTranslation();
  const { trunk } = props;
  const check = useTrunkCheck(trunk);
  return (
    <li className={classes["row"]} data-testid="trunk-row">
      <div className={classes["cell"]}>
        <span className={classes["title"]}>
          <Anchor component={Link} to={`/admin/trunks/${trunk.id}`} fw={600} size="sm">
            {trunk.name}
          </Anchor>
          <Tag tone={trunk.enabled ? "good" : "plain"}>
            {trunk.enabled ? t("trunks.on") : t("trunks.off")}
          </Tag>
          {trunk.needsPassword && <Tag tone="bad">{t("trunks.needsPassword")}</Tag>}
        </span>
        <Ways trunk={trunk} />
      </div>
      <TrunkState trunk={trunk} />
      <CallsNow trunk={trunk} />
      <Actions trunk={trunk} check={check} {...(props.place !== undefined && { place: props.place })} />
      <div className={classes["checked"]}>
        <CheckResult check={check} />
      </div>
    </li>
  );
}

/** Where calls come from, and which go out to where. */
function Ways({ trunk }: { trunk: trunks.Trunk }) {
  const { t } = useTranslation();
  const [first, second, ...others] = trunk.networks;
  const networks = [
    first,
    second,
    others.length > 0 ? t("trunks.moreNetworks", { count: others.length }) : undefined,
  ];
  const sources = [
    ...networks,
    trunk.username === null ? undefined : t("trunks.byDigest", { username: trunk.username }),
    trunk.registration === null ? undefined : t("trunks.byRegistration"),
  ].filter((one) => one !== undefined);
  return (
    <>
      {sources.length > 0 && (
        <span className={classes["quiet"]}>{t("trunks.inFrom", { sources: sources.join(", ") })}</span>
      )}
      {trunk.outbound !== null && (
        <span className={classes["quiet"]}>
          {t("trunks.outTo", {
            uri: trunk.outbound.uri,
            transport: trunk.outbound.transport.toUpperCase(),
            order: trunk.order,
          })}
          {" · "}
          {trunk.prefixes.length === 0 ? t("trunks.allNumbers") : <Prefixes prefixes={trunk.prefixes} />}
        </span>
      )}
    </>
  );
}

function Prefixes({ prefixes }: { prefixes: readonly string[] }) {
  const shown = prefixes.slice(0, 4).join(" ");
  return <span className="rd-num">{prefixes.length > 4 ? `${shown} +${prefixes.length - 4}` : shown}</span>;
}

function Actions(props: { trunk: trunks.Trunk; check: ReturnType<typeof useTrunkCheck>; place?: Place }) {
  const { t } = useTranslation();
  const { trunk, place } = props;
  const deletion = useDeletion(trunkDeletion(trunk, t));
  return (
    <div className={classes["actions"]}>
      <CheckButton trunk={trunk} check={props.check} />
      {place !== undefined && (
        <>
          <Move trunk={trunk} place={place} by={-1} />
          <Move trunk={trunk} place={place} by={1} />
        </>
      )}
      <ActionIcon
        component={Link}
        to={`/admin/trunks/${trunk.id}`}
        variant="subtle"
        color="gray"
        aria-label={`${t("common.edit")}: ${trunk.name}`}
      >
        <IconPencil size={17} />
      </ActionIcon>
      <QuietButton
        label={`${t("common.delete")}: ${trunk.name}`}
        icon={<IconTrash size={17} />}
        onClick={deletion.ask}
        loading={deletion.isPending}
      />
    </div>
  );
}

function Move(props: { trunk: trunks.Trunk; place: Place; by: -1 | 1 }) {
  const { t } = useTranslation();
  const { trunk, place, by } = props;
  const isEnd = by === -1 ? place.at === 0 : place.at === place.of - 1;
  return (
    <span data-move={`${trunk.id} ${by}`}>
      <QuietButton
        label={
          by === -1 ? t("trunks.earlier", { name: trunk.name }) : t("trunks.later", { name: trunk.name })
        }
        icon={by === -1 ? <IconArrowUp size={17} /> : <IconArrowDown size={17} />}
        disabled={isEnd}
        onClick={() => place.move(by)}
      />
    </span>
  );
}
