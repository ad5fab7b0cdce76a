import { Button, Text } from "@mantine/core";
import { IconNetwork } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { relaysOf, type IceServers, type RelayWay } from "../phone/core/ice-servers.ts";
import { reportRelays, type RelayCheck } from "../phone/core/relay-report.ts";
import { usePhone, usePhoneParts } from "../phone/phone.tsx";
import { checkRelays } from "../phone/relay-check.ts";
import { useStore } from "../shared/store.ts";
import classes from "./desk.module.css";

const wayNames: Record<RelayWay, string> = { udp: "UDP", tcp: "TCP", tls: "TLS" };
/** The result outlives the panel: between calls nobody asks the relay again. */
let lastChecks: RelayCheck[] | null = null;

/** For whoever opens firewalls: `turn.example.com:3478 (UDP), …`. */
export function listRelays(servers: IceServers): string {
  return relaysOf(servers)
    .map(({ way, address }) => `${address} (${wayNames[way]})`)
    .join(", ");
}

/** Before the shift: whether the relay would help, by which way, and whom to ask if not. Tests itself once. */
export function ConnectionCheck() {
  const { t } = useTranslation();
  const servers = useStore(usePhoneParts().softphone.iceServers, (value) => value);
  const isRegistered = usePhone().registration === "registered";
  const [checks, setChecks] = useState(lastChecks);
  const [isTesting, setTesting] = useState(false);
  useEffect(() => {
    if (isRegistered && lastChecks === null) setTesting(true);
  }, [isRegistered]);
  useEffect(() => {
    if (!isTesting) return;
    let isWanted = true;
    void checkRelays(servers).then((found) => {
      lastChecks = found;
      if (!isWanted) return;
      setChecks(found);
      setTesting(false);
    });
    return () => {
      isWanted = false;
    };
  }, [isTesting, servers]);
  return (
    <div>
      <Text size="sm" mb={4}>
        {t("audio.connection")}
      </Text>
      <div aria-live="polite" data-testid="connection-check" data-report={checks && reportRelays(checks)}>
        {checks !== null && !isTesting && <Report checks={checks} relays={listRelays(servers)} />}
      </div>
      <Button
        variant="default"
        size="xs"
        mt={8}
        leftSection={<IconNetwork size={15} aria-hidden />}
        disabled={!isRegistered || isTesting}
        onClick={() => setTesting(true)}
      >
        {t(isTesting ? "audio.testingConnection" : "audio.testConnection")}
      </Button>
    </div>
  );
}

function Report(props: { checks: RelayCheck[]; relays: string }) {
  const { t } = useTranslation();
  const { checks, relays } = props;
  const report = reportRelays(checks);
  const isBad = report === "unreachable" || report === "refused";
  const sentence = t(`audio.relay.${report}`, { relays });
  return (
    <>
      {isBad ? (
        <div className={classes["alert"]}>{sentence}</div>
      ) : (
        <Text size="xs" c="dimmed">
          {sentence}
        </Text>
      )}
      {checks.length > 0 && (
        <ul className={classes["relays"]}>
          {checks.map(({ way, address, verdict }) => (
            <li key={`${way} ${address}`} data-way={way} data-verdict={verdict}>
              {wayNames[way]} {address}: {t(`audio.relayVerdict.${verdict}`)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
