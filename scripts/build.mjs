// `npm run build`: packages and a fresh build, nothing started.
import { build, install, requireNode } from "./prepare.mjs";

requireNode();
install();
build();
