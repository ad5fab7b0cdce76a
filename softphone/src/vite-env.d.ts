/// <reference types="vite/client" />

interface Window {
  /** The other party's audio, for tests that listen. */
  __ringdownRemoteStream?: MediaStream;
}
