/** Three outlines of our own, so that the caller page loads no icon set. */
const common = {
  width: 22,
  height: 22,
  viewBox: "0 0 24 24",
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 2,
  strokeLinecap: "round",
  strokeLinejoin: "round",
  "aria-hidden": true,
} as const;

export function PhoneIcon() {
  return (
    <svg {...common}>
      <path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2" />
    </svg>
  );
}

export function HangUpIcon() {
  return (
    <svg {...common}>
      <path d="M3 15.5c0-2 4-4.5 9-4.5s9 2.500 9 4.500c0 1.500-.8 2.500-2 2.300l-3-.6c-.7-.1-1-.6-1-1.200v-1.500a12 12 0 0 0-6 0V16c0 .6-.3 1.100-1 1.200l-3 .6c-1.200.2-2-.8-2-2.300" />
    </svg>
  );
}

export function MicrophoneIcon(props: { off: boolean }) {
  return (
    <svg {...common}>
      <path d="M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5 11a7 7 0 0 0 14 0M12 18v3M9 21h6" />
      {props.off && <path d="M3 3l18 18" />}
    </svg>
  );
}
