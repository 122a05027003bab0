#!/usr/bin/env bash
# The bars of a graphics card in one command: everything that `npm run bench` measures, PyTorch eager float32 beside the
# WebGPU peers, and contraction kernels of 1024 and larger against the card's ceiling.
#   bench/gpu.sh                         all of it
#   bench/gpu.sh --parts table           a part; options are those of run.mjs
#   bench/gpu.sh --resume results/X.json goes on where a run was stopped
# Needs: a built cnnc, `npm ci` here, a Vulkan driver that Dawn finds, and python3 (or what PYTHON names) with torch for PyTorch's lines.
set -eu
cd "$(dirname "$0")"
others=cnnc,tfjs,jax,ort-webgpu,ortweb-webgpu,ort-cpu
if "${PYTHON:-python3}" -c 'import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)' 2>/dev/null; then
  others=$others,torch
else
  echo 'bench: python3 has no torch that sees a card; its lines stay empty' >&2
fi
exec node run.mjs --networks mnist,cifar10,fashion_cnn,resnet20 --contenders "$others" \
  --parts plans,kernels,table,growth --wait 5 --patience 60 "$@"
