import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import { interactions as contract } from "@ringdown/contract";
import {
  IconDownload,
  IconPlayerPause,
  IconPlayerPlay,
  IconRewindBackward5,
  IconRewindForward5,
} from "@tabler/icons-react";
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import WaveSurfer from "wavesurfer.js";
import { urlOf } from "../api/client.ts";
import { formatDuration } from "../shared/core/duration.ts";
import { useShowRefusal } from "../shared/refusals.tsx";
import classes from "./interactions.module.css";

type RecordingInfo = contract.Interaction["recordings"][number];

/** Beyond this the browser would have to decode too much to draw it: the bar stays flat, the sound is the same. */
const drawnUpToBytes = 60_000_000;
const speeds = ["0.75", "1", "1.25", "1.5", "2"];

/** Waveform, customer above and agent below; space and arrows when it has the focus. */
export function Player(props: { recording: RecordingInfo }) {
  const { t } = useTranslation();
  const container = useRef<HTMLDivElement>(null);
  const player = usePlayer(container, props.recording);
  const params = { recordingId: props.recording.id };
  return (
    <div
      className={classes["player"]}
      role="group"
      aria-label={t("recording.player")}
      tabIndex={0}
      onKeyDown={(event) => handleKey(event, player)}
    >
      {props.recording.kind === "talk" && (
        <div className={classes["channels"]}>
          <span style={{ "--swatch": "var(--rd-accent)" } as React.CSSProperties}>{t("party.customer")}</span>
          <span style={{ "--swatch": "var(--rd-dot-talking)" } as React.CSSProperties}>
            {t("party.agent")}
          </span>
        </div>
      )}
      <div ref={container} className={classes["wave"]} aria-hidden />
      {player.isFailed && (
        <div className={classes["warning"]} data-bad role="alert">
          {t("recording.cannotPlay")}
        </div>
      )}
      <div className={classes["controls"]}>
        <ActionIcon
          size="lg"
          onClick={player.toggle}
          disabled={!player.isLoaded}
          aria-label={player.isPlaying ? t("recording.pause") : t("recording.play")}
          data-testid="recording-play"
        >
          {player.isPlaying ? <IconPlayerPause size={19} /> : <IconPlayerPlay size={19} />}
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="lg"
          onClick={() => player.skip(-5)}
          aria-label={t("help.player.back")}
        >
          <IconRewindBackward5 size={19} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="lg"
          onClick={() => player.skip(5)}
          aria-label={t("help.player.forward")}
        >
          <IconRewindForward5 size={19} />
        </ActionIcon>
        <span className="rd-num" data-testid="recording-time">
          {formatDuration(player.time * 1_000)} / {formatDuration(player.duration * 1_000)}
        </span>
        <span className={classes["grow"]} />
        <SegmentedControl
          size="xs"
          aria-label={t("recording.speed")}
          value={player.speed}
          onChange={player.setSpeed}
          data={speeds.map((speed) => ({ value: speed, label: `${speed}×` }))}
        />
        <Button
          component="a"
          variant="default"
          size="xs"
          href={urlOf(contract.readRecording, { params, query: { download: true } })}
          download
          leftSection={<IconDownload size={15} />}
          data-testid="recording-download"
        >
          {t("recording.download")}
        </Button>
      </div>
    </div>
  );
}

interface PlayerControls {
  isLoaded: boolean;
  isFailed: boolean;
  isPlaying: boolean;
  time: number;
  duration: number;
  speed: string;
  toggle(): void;
  skip(seconds: number): void;
  setSpeed(speed: string): void;
}

function usePlayer(container: RefObject<HTMLDivElement | null>, recording: RecordingInfo): PlayerControls {
  const [wave, setWave] = useState<WaveSurfer | null>(null);
  const [state, setState] = useState({
    isLoaded: false,
    isFailed: false,
    isPlaying: false,
    time: 0,
    duration: 0,
  });
  const [speed, setSpeed] = useState("1");
  const show = useShowRefusal();
  useEffect(() => {
    if (container.current === null) return;
    const change = (part: Partial<typeof state>) => setState((before) => ({ ...before, ...part }));
    const made = makeWave(container.current, recording);
    made.on("ready", (duration) => {
      change({ isLoaded: true, duration });
      void made.play().catch(() => undefined); // where autoplay is refused the button still plays
    });
    made.on("play", () => change({ isPlaying: true }));
    made.on("pause", () => change({ isPlaying: false }));
    made.on("timeupdate", (time) => change({ time }));
    made.on("error", () => change({ isFailed: true }));
    setWave(made);
    return () => made.destroy();
  }, [container, recording]);
  return {
    ...state,
    speed,
    toggle: () => void wave?.playPause().catch(show),
    skip: (seconds) => wave?.skip(seconds),
    setSpeed: (next) => {
      setSpeed(next);
      wave?.setPlaybackRate(Number(next), true);
    },
  };
}

function makeWave(container: HTMLElement, recording: RecordingInfo): WaveSurfer {
  const style = getComputedStyle(container);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const waveColor = color("--rd-wave");
  const isDrawn = (recording.bytes ?? 0) <= drawnUpToBytes;
  const channel = (progressColor: string) => ({ waveColor, progressColor, height: 48 });
  return WaveSurfer.create({
    container,
    url: urlOf(contract.readRecording, { params: { recordingId: recording.id } }),
    height: recording.kind === "talk" ? 48 : 96,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    cursorWidth: 1,
    cursorColor: color("--rd-text"),
    waveColor,
    progressColor: color("--rd-accent"),
    normalize: true,
    dragToSeek: true,
    ...(recording.kind === "talk" && {
      splitChannels: [channel(color("--rd-accent")), channel(color("--rd-dot-talking"))],
    }),
    ...(!isDrawn && { peaks: [[0, 0]], duration: (recording.durationMs ?? 0) / 1_000 }),
  });
}

function handleKey(event: KeyboardEvent, player: PlayerControls): void {
  if (event.target !== event.currentTarget) return;
  if (event.key === " ") player.toggle();
  else if (event.key === "ArrowLeft") player.skip(-5);
  else if (event.key === "ArrowRight") player.skip(5);
  else return;
  event.preventDefault();
}
