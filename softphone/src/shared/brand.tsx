/** The mark and the name. */
export function Brand(props: { size?: number }) {
  const size = props.size ?? 24;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 9, fontWeight: 680, fontSize: 15 }}>
      <img src="/favicon.svg" width={size} height={size} alt="" />
      Ringdown
    </span>
  );
}
