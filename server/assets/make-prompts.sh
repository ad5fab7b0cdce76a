#!/bin/sh
# Makes prompts/en/*.wav and prompts/zh/*.wav again from prompts.tsv (id, English, Chinese, pinyin; tabs between).
# Debian: apt-get install festival festvox-us-slt-hts espeak-ng sox
# With ids as arguments, makes only these. Engines, voices and licences: docs/prompts.md.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rate=8000
loudness=-18 # dBFS, root mean square of the speech

say_english() { # text, output
  printf '%s\n' "$1" | text2wave -eval '(voice_cmu_us_slt_arctic_hts)' -o "$2"
}

# The hanzi dictionary of Debian's espeak-ng reads hanzi as English letters, so it is given pinyin with tones.
say_mandarin() { # pinyin, output
  espeak-ng -v cmn-latn-pinyin+f2 -s 162 -p 46 -w "$2" -- "$1"
}

# Trims silence, takes out rumble and hiss, brings speech to one loudness below a soft limit, and leaves a short
# breath at both ends so that prompts can be joined.
finish() { # raw, output, equaliser...
  raw=$1 out=$2
  shift 2
  sox -D "$raw" -b 16 "$work/clean.wav" \
    gain -h highpass 110 "$@" rate -v $rate \
    silence 1 0.01 0.4% reverse silence 1 0.01 0.4% reverse
  level=$(sox "$work/clean.wav" -n stats 2>&1 | awk '/^RMS lev dB/ { print $4 }')
  gain=$(awk -v have="$level" -v want=$loudness 'BEGIN { printf "%.2f", want - have }')
  sox -D "$work/clean.wav" -r $rate -c 1 -b 16 -e signed-integer "$out" \
    gain -l "$gain" fade q 0.005 -0 0.02 pad 0.03 0.06
}

mkdir -p prompts/en prompts/zh
tab=$(printf '\t')
while IFS="$tab" read -r id english chinese pinyin; do
  case "$id" in '' | id) continue ;; esac
  if [ $# -gt 0 ]; then
    case " $* " in *" $id "*) ;; *) continue ;; esac
  fi
  [ -n "$english" ] && [ -n "$chinese" ] && [ -n "$pinyin" ] || { echo "prompts.tsv: $id is not complete" >&2; exit 1; }
  say_english "$english" "$work/raw.wav"
  finish "$work/raw.wav" "prompts/en/$id.wav" equalizer 2500 1.0q 2 lowpass 3600
  say_mandarin "$pinyin" "$work/raw.wav"
  finish "$work/raw.wav" "prompts/zh/$id.wav" equalizer 300 0.8q 2 equalizer 2800 1.2q -2 lowpass 3500
done <prompts.tsv
du -sh prompts
