import { Button, Text } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { QuietButton } from "../../shared/quiet-button.tsx";
import classes from "./trunks.module.css";

const nameOf: Record<trunks.TrunkCodec, string> = {
  opus: "Opus",
  g722: "G.722",
  pcmu: "PCMU (G.711 μ-law)",
  pcma: "PCMA (G.711 A-law)",
};

/** Codecs in the order of preference; none chosen means all. */
export function CodecList(props: {
  codecs: trunks.TrunkCodec[];
  onChange: (codecs: trunks.TrunkCodec[]) => void;
}) {
  const { t } = useTranslation();
  const { codecs, onChange } = props;
  const others = trunks.TrunkCodec.options.filter((codec) => !codecs.includes(codec));
  return (
    <div role="group" aria-labelledby="trunk-codecs" className={classes["codecs"]}>
      <Text size="sm" fw={600} id="trunk-codecs">
        {t("trunks.codecs")}
      </Text>
      <Text size="xs" c="dimmed">
        {codecs.length === 0 ? t("trunks.allCodecs") : t("trunks.codecsHint")}
      </Text>
      {codecs.length > 0 && (
        <ol>
          {codecs.map((codec, index) => (
            <li key={codec}>
              <span>{nameOf[codec]}</span>
              <QuietButton
                label={t("trunks.earlier", { name: nameOf[codec] })}
                icon={<IconArrowUp size={16} />}
                disabled={index === 0}
                onClick={() => onChange(swap(codecs, index, index - 1))}
              />
              <QuietButton
                label={t("trunks.later", { name: nameOf[codec] })}
                icon={<IconArrowDown size={16} />}
                disabled={index === codecs.length - 1}
                onClick={() => onChange(swap(codecs, index, index + 1))}
              />
              <QuietButton
                label={t("trunks.withoutCodec", { name: nameOf[codec] })}
                icon={<IconX size={16} />}
                onClick={() => onChange(codecs.filter((one) => one !== codec))}
              />
            </li>
          ))}
        </ol>
      )}
      <div className={classes["chips"]}>
        {others.map((codec) => (
          <Button
            key={codec}
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...codecs, codec])}
          >
            {nameOf[codec]}
          </Button>
        ))}
      </div>
    </div>
  );
}

function swap<T>(list: readonly T[], from: number, to: number): T[] {
  const [a, b] = [list[from], list[to]];
  return a === undefined || b === undefined ? [...list] : list.with(from, b).with(to, a);
}
