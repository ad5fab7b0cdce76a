import type { ApplicationRun } from "../application-run.ts";
import type { Channel } from "../channel.ts";
import { isTrue, toInteger } from "../core/arguments.ts";
import type { ConferenceServices } from "./conference.ts";
import { Conference } from "./conference.ts";

export interface JoinRequest {
  name: string;
  profile: string;
  flags: string[];
}

/** Reads `name[@profile][+pin][+flags{a|b}]`. */
export function parseJoin(argument: string): JoinRequest {
  const [, flagText = ""] = /\+flags\{([^}]*)\}?/.exec(argument) ?? [];
  const rest = argument.replace(/\+flags\{[^}]*\}?/, "").trim();
  const withoutPin = rest.split("+")[0]!;
  const at = withoutPin.lastIndexOf("@");
  return {
    name: at < 0 ? withoutPin : withoutPin.slice(0, at),
    profile: at < 0 ? "default" : withoutPin.slice(at + 1),
    flags: flagText
      .split(/[|,]/)
      .map((flag) => flag.trim().toLowerCase())
      .filter((flag) => flag !== ""),
  };
}

/** All conferences by name. One lives from its first member's join to its last member's leaving. */
export class Conferences {
  readonly #services: ConferenceServices;
  readonly #byName = new Map<string, Conference>();

  constructor(services: ConferenceServices) {
    this.#services = services;
  }

  get all(): Conference[] {
    return [...this.#byName.values()];
  }

  find(name: string): Conference | undefined {
    return this.#byName.get(name);
  }

  /** `conference <name>…`: the channel takes part until it leaves. A locked or full one lets it pass by. */
  async run(channel: Channel, argument: string, run: ApplicationRun): Promise<void> {
    const { name, profile, flags } = parseJoin(argument);
    if (name === "" || !channel.isUp) return;
    const existing = this.#byName.get(name);
    if (existing === undefined && flags.includes("join-only"))
      return this.#rejectJoinOnly(channel, name, profile);
    const conference = existing ?? this.#create(channel, name, profile, flags);
    const isFull = conference.maxMembers > 0 && conference.count >= conference.maxMembers;
    if (existing !== undefined && (conference.isLocked || isFull)) {
      channel.log.info({ conference: name }, "a conference is locked or full");
      return;
    }
    await conference.join(channel, flags, run);
  }

  #create(channel: Channel, name: string, profile: string, flags: string[]): Conference {
    const conference = new Conference(name, profile, this.#services);
    conference.isWaitingForModerator = flags.includes("wait-mod");
    conference.maxMembers = Math.max(0, toInteger(channel.variable("conference_max_members")));
    conference.onOver = () => this.#byName.delete(name);
    this.#byName.set(name, conference);
    return conference;
  }

  #rejectJoinOnly(channel: Channel, name: string, profile: string): void {
    this.#services.events.fire(
      "CUSTOM",
      (headers) => {
        headers.set("Conference-Name", name);
        headers.set("Conference-Profile-Name", profile);
        headers.set("Action", "rejected-join-only");
      },
      "conference::maintenance",
    );
    const wanted = channel.variable("hangup_after_conference");
    if (wanted === undefined || isTrue(wanted)) channel.hangup("NORMAL_CLEARING");
  }

  close(): void {
    for (const conference of this.all) conference.close();
  }
}
