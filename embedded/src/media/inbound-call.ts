import { randomInt } from "node:crypto";
import type { Channel, ChannelOwner } from "./channel.ts";
import { Channel as ChannelClass } from "./channel.ts";
import type { CallerProfile } from "./channel-headers.ts";
import type { HangupCause } from "./core/hangup-cause.ts";
import { causeNumber, parseCause } from "./core/hangup-cause.ts";
import type { LocalAudio, MediaTerms, RemoteAudio } from "./core/negotiate.ts";
import { anyMedia, buildAnswer, buildOffer, buildReoffer, selectAudio } from "./core/negotiate.ts";
import type { Direction, Sdp } from "./core/sdp.ts";
import { answerDirection, parseSdp } from "./core/sdp.ts";
import type { SipMessage } from "./core/sip-message.ts";
import { headerOf, nameAndUserOf } from "./core/sip-message.ts";
import { markHeld, markResumed } from "./hold.ts";
import type { PacketTransport } from "./rtp/packet-transport.ts";
import { VoiceStream } from "./rtp/voice-stream.ts";
import type { IncomingInvite } from "./sip/incoming-invite.ts";
import type { SipDialog } from "./sip/sip-dialog.ts";
import type { SipAnswer } from "./sip/sip-user-agent.ts";

/** An encrypted offer waits for the party of a call out to pick up, as in freeswitch-config's ringdown_offer. */
const offerPatienceMs = 180_000;

/** What a call needs from the server. */
export interface CallServices {
  owner: ChannelOwner;
  /** What a party hears whose peer is on hold. */
  holdMusic: string | undefined;
  /** How long a party may send nothing, in milliseconds; 0: for ever. */
  mediaTimeoutMs: number;
  /** The IPv4 address to name in session descriptions towards a peer at `remote`, if that is known. */
  addressTowards(remote: string | undefined): string;
  createTransport(security: "none" | "dtls", isOfferer: boolean): Promise<PacketTransport>;
  /** The channel exists: it is visible to the event socket from now on. */
  register(channel: Channel): void;
}

function profileOf(invite: IncomingInvite): CallerProfile {
  const { name, user } = nameAndUserOf(headerOf(invite.request, "from")!);
  return {
    callerIdName: name || user,
    callerIdNumber: user,
    destinationNumber: nameAndUserOf(`<${invite.request.uri}>`).user || "drachtio",
    networkAddress: invite.source.address,
  };
}

/** Variables that FreeSWITCH takes from an INVITE, every `X-` header among them. */
function noteInvite(channel: Channel, request: SipMessage): void {
  channel.setVariable("direction", "inbound");
  channel.setVariable("uuid", channel.uuid);
  channel.setVariable("call_uuid", channel.uuid);
  channel.setVariable("channel_name", channel.name);
  channel.setVariable("sip_call_id", headerOf(request, "call-id"));
  channel.setVariable("sip_user_agent", headerOf(request, "user-agent"));
  channel.setVariable("sip_full_from", headerOf(request, "from"));
  channel.setVariable("sip_full_to", headerOf(request, "to"));
  channel.setVariable("sip_full_via", headerOf(request, "via"));
  channel.setVariable("sip_from_user", channel.profile.callerIdNumber);
  channel.setVariable("sip_req_user", channel.profile.destinationNumber);
  channel.setVariable("sip_network_ip", channel.profile.networkAddress);
  channel.setVariable("dtmf_type", "rfc2833");
  for (const [name, values] of request.headers) {
    if (name.startsWith("x-")) channel.setVariable(`sip_h_${displayName(name)}`, values.join(", "));
  }
}

/**
 * The headers by which Ringdown says what a line asks of its media, as freeswitch-config's dialplan takes them. Without
 * them a caller may encrypt, and our own offer doesn't.
 */
function termsOf(request: SipMessage): MediaTerms {
  const codecs = headerOf(request, "x-ringdown-codecs")
    ?.toUpperCase()
    .split(/\s*,\s*/);
  const laws = codecs?.flatMap((codec) => anyMedia.laws.filter((law) => law === codec));
  const asked = headerOf(request, "x-ringdown-encryption")?.trim();
  const encryption = (["none", "optional", "required"] as const).find((mode) => mode === asked);
  return {
    laws: laws ?? anyMedia.laws,
    encryption: encryption ?? (request.body === "" ? "none" : anyMedia.encryption),
  };
}

function displayName(name: string): string {
  return name === "x-esl-outbound"
    ? "X-esl-outbound"
    : name.replace(/(^|-)([a-z])/g, (text) => text.toUpperCase());
}

/**
 * One call from its INVITE to its BYE: agrees on media, starts the channel's dialplan when the ACK has
 * come (a controller that is called earlier than the 200 arrives ignores the connection), and follows
 * re-INVITEs.
 */
export class InboundCall {
  readonly #services: CallServices;
  readonly #channel: Channel;
  readonly #voice: VoiceStream;
  readonly #invite: IncomingInvite;
  readonly #terms: MediaTerms;
  readonly #originId = randomInt(1, 2 ** 31);
  #originVersion = 0;
  #dialog: SipDialog | undefined;
  #isOfferOurs = false;
  #isStarted = false;
  #isHeldByRemote = false;

  private constructor(services: CallServices, invite: IncomingInvite, transport: PacketTransport) {
    this.#services = services;
    this.#invite = invite;
    this.#terms = termsOf(invite.request);
    this.#voice = new VoiceStream(transport);
    this.#channel = new ChannelClass(services.owner, this.#voice, profileOf(invite));
    noteInvite(this.#channel, invite.request);
    this.#channel.setVariable("hold_music", services.holdMusic);
    const timeout = headerOf(invite.request, "x-ringdown-media-timeout") ?? String(services.mediaTimeoutMs);
    this.#channel.setVariable("media_timeout", timeout);
    this.#channel.onHangup = (cause) => this.#onHangup(cause);
    this.#channel.onHold = (isHeld) => this.#hold(isHeld);
  }

  /** Takes a call or refuses it: 488 if nothing in its offer is ours. */
  static async accept(services: CallServices, invite: IncomingInvite): Promise<void> {
    const { body } = invite.request;
    const terms = termsOf(invite.request);
    const offer = body === "" ? undefined : parseSdp(body);
    const remote = offer && selectAudio(offer, terms);
    const isHopeless = body === "" ? terms.laws.length === 0 : remote === undefined;
    if (isHopeless) return invite.reject(488, "Not Acceptable Here");
    const isSecure = remote
      ? remote.security === "dtls"
      : headerOf(invite.request, "x-secure-rtp") === "true";
    const transport = await services.createTransport(isSecure ? "dtls" : "none", remote === undefined);
    const call = new InboundCall(services, invite, transport);
    call.#begin(offer, remote);
  }

  #begin(offer: Sdp | undefined, remote: RemoteAudio | undefined): void {
    const channel = this.#channel;
    if (this.#invite.isCancelled) return void this.#voice.close();
    this.#services.register(channel);
    channel.fire("CHANNEL_CREATE");
    channel.setState("CS_INIT");
    channel.setCallState("RINGING");
    this.#invite.onCancelled = () => channel.hangup("ORIGINATOR_CANCEL");
    const sdp = offer && remote ? this.#answer(offer, remote) : this.#offer();
    const waitsForParty = remote === undefined && this.#terms.encryption !== "none";
    const dialog = this.#invite.accept(sdp, waitsForParty ? offerPatienceMs : undefined);
    this.#dialog = dialog;
    dialog.handlers = {
      onAck: (answer) => this.#onAck(answer),
      onBye: (reason) => this.#onBye(reason),
      onReinvite: (newOffer) => this.#onReinvite(newOffer),
      onInfo: (request) => this.#onInfo(request),
      onAckTimeout: () => channel.hangup("RECOVERY_ON_TIMER_EXPIRE"),
    };
    channel.setState("CS_ROUTING");
  }

  // ---- descriptions ----

  #local(direction: Direction): LocalAudio {
    this.#originVersion++;
    return {
      address: this.#services.addressTowards(this.#voice.remote?.address),
      direction,
      originId: this.#originId,
      originVersion: this.#originVersion,
      ...this.#voice.transport.describe(),
    };
  }

  #answer(offer: Sdp, remote: RemoteAudio): string {
    const direction = answerDirection(remote.direction);
    this.#configure(remote, direction);
    return this.#noteLocal(buildAnswer(offer, remote, this.#local(direction), this.#voice.ssrc));
  }

  #offer(): string {
    this.#isOfferOurs = true;
    return this.#noteLocal(buildOffer(this.#local("sendrecv"), this.#terms));
  }

  #configure(remote: RemoteAudio, direction: Direction): void {
    this.#voice.configure(remote, direction);
    const channel = this.#channel;
    channel.watchSilence();
    channel.setVariable("remote_media_ip", remote.address);
    channel.setVariable("remote_media_port", String(remote.port));
    channel.setVariable("read_codec", remote.law);
    channel.setVariable("read_rate", "8000");
    channel.setVariable("write_codec", remote.law);
    channel.setVariable("write_rate", "8000");
    channel.setVariable("rtp_use_codec_name", remote.law);
    channel.setVariable("rtp_use_codec_rate", "8000");
    channel.setVariable("rtp_use_pt", String(remote.payloadType));
    channel.setVariable("rtp_use_ssrc", String(this.#voice.ssrc));
  }

  #noteLocal(sdp: string): string {
    const channel = this.#channel;
    channel.setVariable("rtp_local_sdp_str", sdp);
    channel.setVariable("local_media_ip", this.#services.addressTowards(this.#voice.remote?.address));
    channel.setVariable("local_media_port", String(this.#voice.transport.describe().port));
    if (this.#invite.request.body !== "") channel.setVariable("switch_r_sdp", this.#invite.request.body);
    return sdp;
  }

  /** The answer to an offer of ours. One that we can't use leaves the stream as it was. */
  #takeAnswer(sdp: string): void {
    const parsed = parseSdp(sdp);
    const remote = parsed && selectAudio(parsed, this.#terms);
    if (sdp !== "") this.#channel.setVariable("switch_r_sdp", sdp);
    if (remote) this.#configure(remote, answerDirection(remote.direction));
  }

  // ---- the dialog ----

  #onAck(sdp: string): void {
    if (this.#isOfferOurs) this.#takeAnswer(sdp);
    this.#isOfferOurs = false;
    if (this.#isStarted) return;
    this.#isStarted = true;
    const channel = this.#channel;
    channel.markAnswered();
    const controller = channel.variable("sip_h_X-esl-outbound");
    const park = { application: "park", argument: "" };
    const socket = { application: "socket", argument: `${controller} async full` };
    channel.activity.runProgram(controller === undefined ? [park] : [socket, park]);
  }

  #onBye(reason: string | undefined): void {
    const cause = /cause=(\d+)/.exec(reason ?? "")?.[1];
    this.#channel.hangup(cause === undefined ? "NORMAL_CLEARING" : parseCause(cause));
  }

  async #onReinvite(body: string): Promise<{ sdp: string } | { status: number; reason: string }> {
    if (body === "") return { sdp: this.#reoffer() };
    const offer = parseSdp(body);
    const remote = offer && selectAudio(offer, this.#terms);
    if (offer === undefined || remote === undefined) return { status: 488, reason: "Not Acceptable Here" };
    if (!(await this.#voice.transport.adopt(remote))) {
      await this.#voice.replaceTransport(
        await this.#services.createTransport(remote.security === "dtls" ? "dtls" : "none", false),
      );
    }
    this.#channel.setVariable("switch_r_sdp", body);
    this.#followHold(remote.direction);
    const direction = answerDirection(remote.direction);
    this.#configure(remote, direction);
    const sdp = buildAnswer(offer, remote, this.#local(direction), this.#voice.ssrc);
    this.#channel.setVariable("rtp_local_sdp_str", sdp);
    return { sdp };
  }

  /** RFC 3264 section 8.4: who offers sendonly or inactive puts us on hold. */
  #followHold(offered: Direction): void {
    const isHolding = offered === "sendonly" || offered === "inactive";
    if (isHolding) this.#isHeldByRemote = markHeld(this.#channel) || this.#isHeldByRemote;
    else if (this.#isHeldByRemote) {
      this.#isHeldByRemote = false;
      markResumed(this.#channel);
    }
  }

  /** Their re-INVITE has no offer: ours is what we can on the agreed way, all directions open. */
  #reoffer(): string {
    this.#isOfferOurs = true;
    const sdp = this.#offerAnew(this.#local("sendrecv"));
    this.#channel.setVariable("rtp_local_sdp_str", sdp);
    return sdp;
  }

  #offerAnew(local: LocalAudio): string {
    const { remote } = this.#voice;
    if (remote?.security === "dtls") return buildReoffer(remote, local);
    if (remote?.crypto === undefined) return buildOffer(local, { ...this.#terms, encryption: "none" });
    const { suite, tag } = remote.crypto;
    const crypto = local.crypto?.filter((line) => line.suite === suite).map((line) => ({ ...line, tag }));
    return buildOffer({ ...local, ...(crypto && { crypto }) }, this.#terms);
  }

  #onInfo(request: SipMessage): SipAnswer {
    const key = /^Signal\s*=\s*(\S)/im.exec(request.body)?.[1];
    const duration = /^Duration\s*=\s*(\d+)/im.exec(request.body)?.[1];
    if (headerOf(request, "content-type")?.startsWith("application/dtmf-relay") && key !== undefined) {
      this.#channel.activity.receiveDigit({ key, durationSamples: Number(duration ?? 250) * 8 }, "ENDPOINT");
    }
    return { status: 200, reason: "OK" };
  }

  // ---- what we do ----

  async #hold(isHeld: boolean): Promise<void> {
    const { remote } = this.#voice;
    if (remote === undefined) return;
    const local = this.#local(isHeld ? "sendonly" : "sendrecv");
    const answer = await this.#dialog?.reinvite(buildReoffer(remote, local));
    if (answer) this.#takeAnswer(answer);
  }

  #onHangup(cause: HangupCause): void {
    const number = causeNumber(cause);
    // FreeSWITCH's own causes are beyond Q.850; it sends them so.
    const reason = `${number <= 127 ? "Q.850" : "SIP"};cause=${number};text="${cause}"`;
    if (this.#dialog) void this.#dialog.bye(reason);
    else this.#invite.reject(503, "Service Unavailable");
  }
}
