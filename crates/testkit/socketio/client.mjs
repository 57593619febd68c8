// The official Socket.IO client behind a line protocol. Started as: node client.mjs URL TOKEN [TRANSPORT]
// Standard output, a line of JSON each: {"event": name, "data": payload} | {"ack": id, "data": answer}
// Standard input, a line of JSON each:  {"id": 1, "emit": name, "data": payload} | {"disconnect": true} | {"connect": true}
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url, token, transport] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const socket = io(url, {
  auth: token ? { token } : {},
  transports: transport ? [transport] : ["polling", "websocket"],
  reconnectionDelay: 50,
  reconnectionDelayMax: 500,
});
socket.on("connect", () => say({ event: "connect", data: { id: socket.id } }));
socket.on("connect_error", (error) => say({ event: "connect_error", data: { message: error.message, data: error.data ?? null } }));
socket.on("disconnect", (reason) => say({ event: "disconnect", data: { reason } }));
socket.onAny((event, data) => say({ event, data: data ?? null }));

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, emit, data, disconnect, connect } = JSON.parse(line);
    if (disconnect) return socket.disconnect();
    if (connect) return socket.connect();
    socket.timeout(60_000).emit(emit, data, (error, answer) =>
      say({ ack: id, data: error ? { ok: false, error: { message: error.message } } : answer }),
    );
  })
  .on("close", () => {
    socket.disconnect();
    process.exit(0);
  });
