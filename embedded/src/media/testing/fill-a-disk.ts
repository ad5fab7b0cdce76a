// Run by wav-writer.test.ts as a process of its own, under a limit of file size: records for 20 seconds.
import { WavWriter } from "../wav-writer.ts";
import { sine } from "./signal.ts";

const errors: string[] = [];
const writer = await WavWriter.create(process.argv[2]!, 8000, 1);
writer.onError = (error) => errors.push(error.message);
for (let i = 0; i < 1000; i++) {
  writer.write(sine(500, 160));
  if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
}
await writer.close();
console.log(JSON.stringify({ errors, hasFailed: writer.hasFailed }));
