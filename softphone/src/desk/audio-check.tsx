import { Button, Checkbox, Group, NativeSelect, Slider, Stack, Text } from "@mantine/core";
import { IconMicrophone, IconPlayerStop, IconVolume } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { audioSettings, changeAudioSettings, type AudioSettings } from "../phone/audio-settings.ts";
import type { MediaProblem } from "../phone/core/media-problem.ts";
import { listAudioDevices, MicrophoneFailure, type AudioDevices } from "../phone/microphone.ts";
import { LevelMeter } from "../phone/level-meter.ts";
import { usePhoneParts } from "../phone/phone.tsx";
import { Panel } from "../shared/page.tsx";
import { useStore } from "../shared/store.ts";
import { ConnectionCheck } from "./connection-check.tsx";
import classes from "./desk.module.css";
import { MicrophoneAlert } from "./microphone-alert.tsx";

/** Before the shift: is the microphone heard, is the speaker the right one, is there a way for the sound. */
export function AudioCheck() {
  const { t } = useTranslation();
  const settings = useStore(audioSettings, (value) => value);
  const { ringer } = usePhoneParts();
  const [isTesting, setTesting] = useState(false);
  const [level, setLevel] = useState(0);
  const [problem, setProblem] = useState<MediaProblem | null>(null);
  const devices = useAudioDevices(isTesting);
  useEffect(() => {
    if (!isTesting) return;
    const meter = new LevelMeter(settings, setLevel, (error: unknown) => {
      setProblem(error instanceof MicrophoneFailure ? error.problem : "unknown");
      setTesting(false);
    });
    return () => {
      meter.close();
      setLevel(0);
    };
  }, [isTesting, settings]);
  return (
    <Panel title={t("audio.title")}>
      <Stack gap="sm">
        <NativeSelect
          label={t("audio.microphone")}
          value={settings.microphoneId ?? ""}
          onChange={(event) => changeAudioSettings({ microphoneId: event.currentTarget.value || null })}
          data={choices(devices.microphones, t("audio.default"))}
        />
        <div>
          <div
            className={classes["meter"]}
            role="meter"
            aria-label={t("audio.level")}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(level * 100)}
          >
            <div className={classes["meterFill"]} style={{ transform: `scaleX(${level})` }} />
          </div>
          <Text size="xs" c="dimmed" mt={4}>
            {isTesting ? t("audio.speakNow") : t("audio.testHint")}
          </Text>
        </div>
        {problem !== null && <MicrophoneAlert problem={problem} />}
        <NativeSelect
          label={t("audio.speaker")}
          value={settings.speakerId ?? ""}
          onChange={(event) => changeAudioSettings({ speakerId: event.currentTarget.value || null })}
          data={choices(devices.speakers, t("audio.default"))}
        />
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            leftSection={isTesting ? <IconPlayerStop size={15} /> : <IconMicrophone size={15} />}
            onClick={() => {
              setProblem(null);
              setTesting(!isTesting);
            }}
          >
            {isTesting ? t("audio.stopTest") : t("audio.testMicrophone")}
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconVolume size={15} />}
            onClick={() => ringer.playTest()}
          >
            {t("audio.testSound")}
          </Button>
        </Group>
        <ConnectionCheck />
        <RingVolume value={settings.ringVolume} />
        <Processing settings={settings} />
      </Stack>
    </Panel>
  );
}

function RingVolume(props: { value: number }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm" mb={4}>
        {t("audio.ringVolume")}
      </Text>
      <Slider
        min={0}
        max={1}
        step={0.05}
        value={props.value}
        onChange={(ringVolume) => changeAudioSettings({ ringVolume })}
        label={(value) => `${Math.round(value * 100)} %`}
        thumbLabel={t("audio.ringVolume")}
        size="sm"
      />
    </div>
  );
}

const processing = ["echoCancellation", "noiseSuppression", "autoGainControl"] as const;

function Processing(props: { settings: AudioSettings }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6}>
      {processing.map((name) => (
        <Checkbox
          key={name}
          size="xs"
          label={t(`audio.${name}`)}
          checked={props.settings[name]}
          onChange={(event) => changeAudioSettings({ [name]: event.currentTarget.checked })}
        />
      ))}
    </Stack>
  );
}

function choices(devices: readonly MediaDeviceInfo[], standard: string) {
  const named = devices.map((device, index) => ({
    value: device.deviceId,
    label: device.label === "" ? `#${index + 1}` : device.label,
  }));
  return [{ value: "", label: standard }, ...named];
}

/** The list changes when something is plugged in, and gets names once a microphone was opened. */
function useAudioDevices(isTesting: boolean): AudioDevices {
  const [devices, setDevices] = useState<AudioDevices>({ microphones: [], speakers: [] });
  useEffect(() => {
    const refresh = () => void listAudioDevices().then(setDevices, () => undefined);
    refresh();
    const timer = isTesting ? setTimeout(refresh, 600) : undefined;
    const media = navigator.mediaDevices as MediaDevices | undefined;
    media?.addEventListener("devicechange", refresh);
    return () => {
      clearTimeout(timer);
      media?.removeEventListener("devicechange", refresh);
    };
  }, [isTesting]);
  return devices;
}
