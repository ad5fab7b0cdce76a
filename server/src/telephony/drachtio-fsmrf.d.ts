/** drachtio-fsmrf ships no types; drachtio.ts says what we use of it. */
declare module "drachtio-fsmrf" {
  const Mrf: unknown;
  export default Mrf;
}
