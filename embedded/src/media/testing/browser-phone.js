// Loaded into a page by the tests: a peer connection that speaks a tone and can tell what it hears.
const context = new AudioContext();
const connection = new RTCPeerConnection();
const oscillator = context.createOscillator();
const sink = context.createMediaStreamDestination();
const analyser = context.createAnalyser();
analyser.fftSize = 4096;
oscillator.connect(sink);
oscillator.start();
const sender = connection.addTrack(sink.stream.getTracks()[0], sink.stream);

connection.addEventListener("track", (event) => {
  const stream = event.streams[0] ?? new MediaStream([event.track]);
  // Chromium decodes a remote track for WebAudio only while an element plays it.
  const element = new Audio();
  element.muted = true;
  element.srcObject = stream;
  void element.play();
  context.createMediaStreamSource(stream).connect(analyser);
});

async function gathered() {
  if (connection.iceGatheringState === "complete") return;
  await new Promise((resolve) => {
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
}

globalThis.phone = {
  async offer(frequency, options) {
    await context.resume();
    oscillator.frequency.value = frequency;
    await connection.setLocalDescription(await connection.createOffer(options));
    await gathered();
    return connection.localDescription.sdp;
  },
  answer: (sdp) => connection.setRemoteDescription({ type: "answer", sdp }),
  async takeOffer(sdp, frequency) {
    await context.resume();
    oscillator.frequency.value = frequency;
    await connection.setRemoteDescription({ type: "offer", sdp });
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered();
    return connection.localDescription.sdp;
  },
  hear() {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const level = Math.max(...bins);
    return { frequency: (bins.indexOf(level) * context.sampleRate) / analyser.fftSize, level };
  },
  press: (keys) => sender.dtmf.insertDTMF(keys, 100, 70),
  state: () => `${connection.iceConnectionState}/${connection.connectionState}`,
};
