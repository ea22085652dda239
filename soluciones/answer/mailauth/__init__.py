"""SPF and DMARC: parsing, checking against DNS, merging, building. Pure but for the ``Dns`` handed in."""
