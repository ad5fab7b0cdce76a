import type { Socket } from "node:net";

const paced = new WeakSet<Socket>();

/**
 * All that is written to the socket in one turn of the event loop leaves in one system call and, mostly, one packet, at
 * the turn's end. The libraries write a command line by line; without TCP_NODELAY each line then waits for the
 * acknowledgement of the one before, which the other side holds back for 40 ms (RFC 1122 §4.2.3.2 and §4.2.3.4). Idempotent.
 */
export function writeOnceATurn(socket: Socket): void {
  if (paced.has(socket)) return;
  paced.add(socket);
  socket.setNoDelay(true);
  const write = socket.write.bind(socket) as (...content: unknown[]) => boolean;
  let isCorked = false;
  const uncork = () => {
    isCorked = false;
    socket.uncork();
  };
  const writeAtTurnsEnd = (...content: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      setImmediate(uncork);
    }
    return write(...content);
  };
  socket.write = writeAtTurnsEnd;
}
