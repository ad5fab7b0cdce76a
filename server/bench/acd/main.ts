import { benchReducer } from "./reducer.ts";
const reducer = [100, 1_000, 10_000].map((agents) => benchReducer(agents));
console.log(JSON.stringify(reducer, null, 1));
