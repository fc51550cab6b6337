"""Trains the reader from labelled sentences and exports it. Needs the extra ``train``.

    labels  = read_labels(folder, data)            labels   (questions with judged sentences)
    network = ReaderNetwork(all-MiniLM-L6-v2)      network
    train(network, labels)                         train    (seeded, resumable)
    export(network, "reader.onnx")                 export   (int8 weights)

Run as ``python -m qa.reading.training.train``. Nothing of this is imported when questions are
answered; what was measured is in docs/reader.md.
"""
